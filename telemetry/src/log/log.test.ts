import { TesseraError } from '@tessera/tiler';
import { describe, expect, it } from 'vitest';
import { renderTiny } from '../testing/render-tiny.js';
import { CoordinatorLog } from './coordinator-log.js';
import { NodeLog } from './node-log.js';
import { type LogLevel, logWarnings, openLog, withoutSecrets } from './open-log.js';

type Line = Readonly<Record<string, unknown>>;

/** A log in memory. */
function memoryLog(level: LogLevel = 'debug', base: Readonly<Record<string, string>> = {}) {
  const lines: string[] = [];
  const log = openLog({ level, base, to: { write: (line) => lines.push(line) } });
  return {
    log,
    lines: (): Line[] => lines.map((line) => JSON.parse(line) as Line),
    text: () => lines.join(''),
  };
}

describe('a log', () => {
  it('is one JSON object a line, with time, level and who says it', () => {
    const { log, text } = memoryLog('info', { role: 'node', name: 'one' });
    log.info({ bundle: 'tiny' }, 'bundle\nloaded');
    expect(text().split('\n')).toHaveLength(2);
    expect(JSON.parse(text())).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      role: 'node',
      name: 'one',
      bundle: 'tiny',
      msg: 'bundle\nloaded',
    });
  });

  it('keeps back what is less important than its level', () => {
    const { log, lines } = memoryLog('warn');
    log.info('no');
    log.warn('yes');
    expect(lines().map(({ msg }) => msg)).toEqual(['yes']);
  });

  it('writes no secrets', () => {
    const { log, text } = memoryLog();
    const secret = 'hunter2';
    log.info({ token: secret, options: { password: secret, headers: { authorization: secret } } }, 'asked');
    expect(text()).not.toContain(secret);
    expect(withoutSecrets(`nats://user:${secret}@hub:4222`)).toBe('nats://hub:4222');
  });

  it('takes in what the process warns of', async () => {
    const { log, lines } = memoryLog();
    const restore = logWarnings(log);
    process.emitWarning('slow', { code: 'TESSERA_SLOW_DEVICE' });
    await new Promise((resolve) => setImmediate(resolve));
    restore();
    expect(lines()).toMatchObject([{ level: 'warn', code: 'TESSERA_SLOW_DEVICE', msg: 'slow' }]);
  });
});

describe('the logs of a job on a real node', () => {
  it('are joined by job and batch', async () => {
    const [coordinator, node] = [memoryLog(), memoryLog()];
    await renderTiny(new CoordinatorLog(coordinator.log, () => 3), new NodeLog(node.log));
    const batches = (lines: Line[], event: string) =>
      lines
        .filter(({ msg }) => msg === event)
        .map(({ job, batch, method }) => `${job} ${batch} ${method}`)
        .sort();
    const answered = batches(node.lines(), 'call answered');
    expect(answered.length).toBeGreaterThan(2);
    expect(answered).toEqual(batches(coordinator.lines(), 'batch applied'));
    expect(coordinator.lines().map(({ msg }) => msg)).toContain('node ready');
    expect(coordinator.lines().find(({ msg }) => msg === 'job started')).toMatchObject({
      job: 'job-1',
      place: 3,
    });
    expect(node.lines().map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(['device ready', 'bundle loaded']),
    );
  });

  it('say with which code a call failed', () => {
    const { log, lines } = memoryLog('info');
    const headers = new Map([
      ['tessera-job', 'job-1'],
      ['tessera-batch', '7'],
    ]);
    const call = new NodeLog(log).call('denoise', 4, (key) => headers.get(key));
    call.ended(new TesseraError('TESSERA_GRAPH_FAILED', 'no'));
    const fields = {
      level: 'warn',
      job: 'job-1',
      batch: 7,
      code: 'TESSERA_GRAPH_FAILED',
      msg: 'call failed',
    };
    expect(lines()).toMatchObject([fields]);
  });
});
