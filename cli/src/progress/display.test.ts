import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { display } from './display.js';
import { duration, Pace, type Progress } from './pace.js';

function at(seconds: number, tileSteps: number, decoded = 0): Progress {
  return { tileSteps, totalTileSteps: 100, decoded, totalDecodes: 20, seconds };
}

function recorder() {
  const written: string[] = [];
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      done();
    },
  });
  return { written, stream };
}

describe('Pace', () => {
  it('counts only what this process did', () => {
    const pace = new Pace();
    pace.of(at(0, 60));
    expect(pace.of(at(10, 80))).toEqual({ part: 80 / 120, tileStepsPerSecond: 2, secondsLeft: 20 });
  });

  it('does not guess the time left before anything is done', () => {
    expect(new Pace().of(at(0, 60)).secondsLeft).toBeUndefined();
  });
});

describe('duration', () => {
  it.each([
    [45.4, '45 s'],
    [200, '3 min 20 s'],
    [7500, '2 h 05 min'],
  ])('says %d s as "%s"', (seconds, said) => {
    expect(duration(seconds)).toBe(said);
  });
});

describe('display', () => {
  it('writes a plain line every few seconds where there is no terminal', () => {
    const { written, stream } = recorder();
    const shown = display(stream, 5);
    for (const progress of [at(0, 0), at(2, 10), at(5, 50), at(6, 60)]) shown.show(progress);
    shown.stop();
    expect(written).toEqual([
      '0 %: 0/100 tile-steps (0.0/s), 0/20 tiles decoded\n',
      '41 %: 50/100 tile-steps (10.0/s), 0/20 tiles decoded, 7 s left\n',
    ]);
  });

  it('says how far the layout is only where that takes long', () => {
    const { written, stream } = recorder();
    const shown = display(stream, 5);
    for (const seconds of [1, 2, 6, 8, 12])
      shown.prepare({ what: 'layout', done: seconds, total: 50, seconds });
    expect(written).toEqual(['layout: 6/50\n', 'layout: 12/50\n']);
  });

  it('always writes the line that says it is complete', () => {
    const { written, stream } = recorder();
    const shown = display(stream, 5);
    shown.show(at(0, 0));
    shown.show(at(1, 100, 20));
    expect(written.at(-1)).toContain('100 %: 100/100 tile-steps');
  });

  it('draws a bar on a terminal and clears it', () => {
    const { written, stream } = recorder();
    const terminal = Object.assign(stream, { isTTY: true, cursorTo() {}, clearLine() {}, moveCursor() {} });
    const shown = display(terminal);
    shown.show(at(0, 0));
    shown.show(at(5, 50));
    shown.stop();
    expect(written.join('')).toContain('tile-steps');
  });
});
