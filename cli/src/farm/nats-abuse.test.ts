import { FarmConnection } from '@tessera/farm';
import { NO_NATS } from '@tessera/farm/testing';
import { JobState, ListRequest } from '@tessera/proto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atWork, duringRun, reportAtEnd, submit } from '../testing/farm-jobs.js';
import { farmProcesses } from '../testing/farm-processes.js';
import { scratchFolder } from '../testing/scratch.js';

const WAIT = { seconds: 30 };
const scratch = scratchFolder();

/** Every subject that a farm reads, for a name that may be its own or a stranger's. */
const subjectsOf = (name: string) => [
  `tessera.guide.${name}.0.0.0`,
  `tessera.jobs.4.${name}`,
  `$KV.tessera-nodes.${name}`,
  `$KV.tessera-jobs.${name}`,
  `$O.tessera-inputs.M.${name}`,
  `$O.tessera-inputs.C.${name}`,
  `$O.tessera-bundles.M.${name}`,
  `$O.tessera-checkpoints.M.${name}`,
];

/** Bytes of no meaning, JSON of no meaning, and records that are almost some. */
const content = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.json().map((text) => Buffer.from(text)),
  fc
    .record({
      id: fc.string(),
      name: fc.string(),
      priority: fc.integer(),
      state: fc.constantFrom('queued', 'running', 'done', 'x'),
      fence: fc.integer(),
      spec: fc.anything(),
      bundles: fc.anything(),
    })
    .map((almost) => Buffer.from(JSON.stringify(almost, (_, v) => (typeof v === 'bigint' ? String(v) : v)))),
  fc.constant(new Uint8Array(900_000)),
);

describe.skipIf(NO_NATS)('a farm whose NATS is sent anything', () => {
  const farm = farmProcesses();

  it('does its jobs to the same picture, and lists those that can be read', async () => {
    const coordinator = await farm.coordinator(scratch('jobs'));
    await farm.node('a');
    const before = await reportAtEnd(coordinator, await submit(coordinator, 1, []));
    const id = await submit(coordinator, 1, []);
    const { nats, close } = await abuser(farm.url());
    await duringRun(coordinator, id, async () => {
      const names = ['stranger', 'other-one', id.slice(0, -1)];
      const messages = fc.sample(fc.tuple(fc.constantFrom(...names.flatMap(subjectsOf)), content), {
        numRuns: 400,
        seed: 7,
      });
      for (const [subject, bytes] of messages) nats.publish(subject, bytes);
      await nats.flush();
    });
    const report = await reportAtEnd(coordinator, id);
    expect([report.latentSha256, report.imageSha256]).toEqual([before.latentSha256, before.imageSha256]);
    await close();
    // One that comes new reads all that is there.
    const late = await farm.coordinator(scratch('others'));
    const { jobs } = await atWork(late.address, (asked) => asked.list(ListRequest.create(), WAIT));
    expect(jobs.filter(({ state }) => state === JobState.DONE).map((job) => job.id)).toContain(id);
    const next = await submit(late, 1, []);
    expect((await reportAtEnd(late, next)).latentSha256).toBe(before.latentSha256);
  }, 120_000);
});

async function abuser(url: string) {
  const connection = await FarmConnection.open({ servers: url, name: 'abuser' });
  return { nats: connection.nats, close: () => connection.close() };
}
