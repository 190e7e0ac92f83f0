import { describe, expect, it } from 'vitest';
import { drawScenario, simulate, undisturbed } from './simulate.js';

/** Seeds that npm test goes through; `npm run test:faults` takes more. */
const SEEDS = Number(process.env.TESSERA_SIMULATED_SEEDS ?? 300);
const FIRST = Number(process.env.TESSERA_FIRST_SEED ?? 1);

describe('a simulated farm', () => {
  it(`makes the same picture whatever goes wrong (seeds ${FIRST} to ${FIRST + SEEDS - 1})`, {
    timeout: 3_600_000,
  }, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const scenario = drawScenario(seed);
      const { report: calm } = await undisturbed(scenario);
      const { report } = await simulate(scenario).catch((error: unknown) => {
        throw new Error(`Seed ${seed}: ${(error as Error).message}`, { cause: error });
      });
      expect([seed, report.latentSha256, report.imageSha256]).toEqual([
        seed,
        calm.latentSha256,
        calm.imageSha256,
      ]);
    }
  });
});
