import { NO_NATS } from '@tessera/farm/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { noK6 } from './k6.js';
import { PROFILES } from './profiles.js';
import { type LoadResult, runProfile } from './run-profile.js';

describe.skipIf(NO_NATS || noK6())('a farm under a short load', () => {
  let result: LoadResult;

  beforeAll(async () => {
    result = await runProfile(PROFILES.short);
  }, 180_000);

  it('answers every submit, cancel, list and watch, and drops none', () => {
    const { scenarios, kept } = result.control;
    expect(scenarios.map(({ scenario }) => scenario)).toEqual(['submit', 'cancel', 'list', 'http', 'watch']);
    expect(scenarios.map(({ failedChecks, dropped }) => [failedChecks, dropped])).toEqual(
      scenarios.map(() => [0, 0]),
    );
    expect(kept).toBe(true);
  });

  it('tells all watchers of the end, those too who did not read', () => {
    const { toldOfEnd, watchers } = result.slowReaders;
    expect(toldOfEnd).toBe(watchers);
  });

  it('answers every tile', () => {
    expect(result.tensors.failed).toBe(0);
    expect(result.tensors.tileSteps).toBeGreaterThan(0);
  });
});
