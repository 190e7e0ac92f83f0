import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Outputs } from './cases/case.js';
import { overTolerance } from './compare/tolerance.js';
import { bundleOf } from './pack/bundle.js';
import { discoverPacks } from './pack/discover.js';
import { type Environment, openEnvironment } from './run/environment.js';
import { judge, spoilt } from './suite/judge.js';
import { casesOf } from './suite/pack-cases.js';
import { type Row, table } from './suite/table.js';

const packs = await Promise.all(
  (await discoverPacks()).map(async (pack) => ({ ...pack, cases: await casesOf(pack) })),
);
/** Milliseconds in which a busy machine has loaded a bundle. */
const LOADING = 120_000;

const rows: Row[] = [];

const notMade: string[] = [];

afterAll(() => {
  console.log(table(rows));
  if (notMade.length > 0)
    console.log(`Mistakes that no setting makes, judged by their recorded size:\n  ${notMade.join('\n  ')}`);
});

for (const pack of packs) {
  describe(pack.name, () => {
    let environment: Environment;
    beforeAll(async () => {
      environment = await openEnvironment(await bundleOf(pack));
    }, LOADING);
    afterAll(() => environment?.close());

    for (const { name, kind, recorded, tolerance, sensitivity } of pack.cases) {
      describe(name, () => {
        let outputs: Outputs;
        beforeAll(() => {
          outputs = kind.outputs(recorded, environment);
        });

        for (const [output, bounds] of Object.entries(tolerance)) {
          test(output, async () => {
            expect(outputs, 'outputs that this case can make').toHaveProperty([output]);
            const made = await outputs[output]!();
            const verdict = judge(made, bounds);
            rows.push({ pack: pack.name, case: name, output, verdict });
            expect(verdict.over, JSON.stringify(verdict)).toBeLessThanOrEqual(1);
            expect(judge(spoilt(made, bounds, 10), bounds).over, 'ten tolerances off').toBeGreaterThan(1);
          });
        }

        for (const mistake of sensitivity.filter((entry) => entry.over_tolerance >= 2)) {
          const { output, change } = mistake;
          if (kind.canMake(change)) {
            test(`${output} fails with: ${change}`, async () => {
              const wrong = await kind.outputs(recorded, environment, change)[output]!();
              expect(judge(wrong, tolerance[output]!).over).toBeGreaterThan(1);
            });
          } else {
            notMade.push(`${pack.name} ${name} ${output}: ${change}`);
            test(`${output} would fail with: ${change} (no setting makes it: judged by its recorded size)`, () => {
              expect(overTolerance(mistake, tolerance[output]!)).toBeGreaterThan(1);
            });
          }
        }
      });
    }
  });
}
