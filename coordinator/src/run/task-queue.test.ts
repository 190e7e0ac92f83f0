import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Failures } from '../dispatch/failures.js';
import type { PassRun } from './pass-run.js';
import { type Task, TaskQueue } from './task-queue.js';

/** A pass of a level that runs so many steps ahead. */
function pass(level: number, ahead: number): PassRun {
  return { level: { index: level }, urgency: (step: number) => step - ahead } as PassRun;
}

const FINE = pass(0, 0);
const COARSE = pass(1, 2);
const LAST_STEP = 3;
const failures = new Failures();
const denoise = (run: PassRun, step: number, tile: number): Task => ({
  kind: 'denoise',
  pass: run,
  step,
  tile,
  failures,
});
const frame = (run: PassRun, step: number, number: number): Task => ({
  kind: 'frame',
  pass: run,
  step,
  frame: number,
  failures,
});
const pixels = (tile: number): Task => ({ kind: 'pixels', tile, failures });

function nameOf(task: Task): string {
  if (task.kind === 'pixels') return `pixels ${task.tile}`;
  const index = task.kind === 'frame' ? task.frame : task.tile;
  return `${task.kind} ${task.pass.level.index}/${task.step}/${index}`;
}

/** Takes everything, so many at a time. */
function drain(queue: TaskQueue, limit: number): string[][] {
  const batches: string[][] = [];
  for (let batch = queue.take(limit, () => true); batch.length > 0; batch = queue.take(limit, () => true))
    batches.push(batch.map(nameOf));
  return batches;
}

function queueOf(tasks: readonly Task[]): TaskQueue {
  const queue = new TaskQueue(LAST_STEP - 0.5);
  for (const task of tasks) queue.push(task);
  return queue;
}

const TASKS = [
  denoise(FINE, 0, 1),
  denoise(FINE, 0, 0),
  denoise(FINE, 1, 0),
  denoise(FINE, LAST_STEP, 0),
  denoise(COARSE, 2, 3),
  denoise(COARSE, 1, 9),
  frame(COARSE, 1, 4),
  frame(COARSE, 2, 2),
  pixels(1),
  pixels(0),
];

describe('TaskQueue', () => {
  it('gives the oldest step first, counted by who will read it; then coarse before fine, then row by row', () => {
    expect(drain(queueOf(TASKS), 1).flat()).toEqual([
      'frame 1/1/4',
      'denoise 1/1/9',
      'frame 1/2/2',
      'denoise 1/2/3',
      'denoise 0/0/0',
      'denoise 0/0/1',
      'denoise 0/1/0',
      'pixels 0',
      'pixels 1',
      'denoise 0/3/0',
    ]);
  });

  it('gives the same order whatever order the tasks came in', () => {
    const usual = drain(queueOf(TASKS), 1);
    fc.assert(
      fc.property(fc.shuffledSubarray(TASKS, { minLength: TASKS.length }), (tasks) => {
        expect(drain(queueOf(tasks), 1)).toEqual(usual);
      }),
    );
  });

  it('knows how many wait of each kind and level', () => {
    const queue = queueOf(TASKS);
    queue.take(1, () => true);
    expect(queue.depths).toEqual([
      { kind: 'denoise', level: 0, tasks: 4 },
      { kind: 'denoise', level: 1, tasks: 2 },
      { kind: 'frame', level: 1, tasks: 1 },
      { kind: 'pixels', level: 0, tasks: 2 },
    ]);
  });

  it('batches one kind at a time', () => {
    for (const batch of drain(queueOf(TASKS), 4))
      expect(new Set(batch.map((name) => name.split(' ')[0])).size).toBe(1);
  });

  it('leaves pixels alone when told to', () => {
    const queue = queueOf([pixels(0), denoise(FINE, LAST_STEP, 0)]);
    expect(queue.take(5, () => true, false).map(nameOf)).toEqual(['denoise 0/3/0']);
    expect(queue.take(5, () => true, false)).toEqual([]);
    expect(queue.take(5, () => true).map(nameOf)).toEqual(['pixels 0']);
  });

  it('passes over what is not allowed and keeps it', () => {
    const queue = queueOf(TASKS);
    const coarse = queue.take(3, (task) => task.kind === 'denoise' && task.pass === COARSE);
    expect(coarse.map(nameOf)).toEqual(['denoise 1/1/9', 'denoise 1/2/3']);
    expect(queue.take(3, () => false)).toEqual([]);
    expect(queue.length).toBe(TASKS.length - 2);
  });

  it('gives decodings where no denoising is allowed', () => {
    const queue = queueOf([denoise(FINE, 0, 0), pixels(5)]);
    expect(queue.take(2, (task) => task.kind === 'pixels').map(nameOf)).toEqual(['pixels 5']);
  });

  it('takes out all that is wanted, of every kind', () => {
    const queue = queueOf(TASKS);
    const wanted = queue.takeOut((task) => task.kind !== 'frame' && nameOf(task).endsWith('0'));
    expect(wanted.map(nameOf).sort()).toEqual([
      'denoise 0/0/0',
      'denoise 0/1/0',
      'denoise 0/3/0',
      'pixels 0',
    ]);
    expect(queue.length).toBe(TASKS.length - 4);
  });

  it('keeps the order of tiles far out', () => {
    const tiles = [2 ** 31, 2 ** 31 + 1, 2 ** 32 - 1].map((tile) => denoise(FINE, 999, tile));
    expect(drain(queueOf([...tiles].reverse()), 1).flat()).toEqual(tiles.map(nameOf));
  });
});
