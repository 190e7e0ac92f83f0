import { COORDINATOR, NATS, NODE as NODE_METRICS, PROCESS, STANDARD } from '@tessera/telemetry/definitions';
import { describe, expect, it } from 'vitest';
import { dashboard } from './dashboard.js';
import { dashboardFiles, FARM, JOB, NODE } from './index.js';
import { alerts, selectors } from './testing/alerts.js';

const ALL = [FARM, JOB, NODE];
const panels = ALL.flatMap((spec) =>
  spec.rows.flatMap(({ panels }) =>
    panels.map((panel) => ({ name: `${spec.title}: ${panel.title}`, panel })),
  ),
);

/** Names of all series that there are: a histogram has three. */
const KNOWN = new Set([
  ...Object.keys(STANDARD),
  ...Object.values({ ...COORDINATOR, ...NODE_METRICS, ...PROCESS, ...NATS }).flatMap(({ name, type }) =>
    type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
  ),
]);

const nameOf = (selector: string) => selector.replace(/\{.*/, '');

describe.each(panels)('panel $name', ({ panel }) => {
  it('says what it shows, in a unit', () => {
    expect(panel.description).toMatch(/\.$/);
    expect(panel.unit).toBeTruthy();
  });

  it('reads metrics that are defined, at rates that fit the scrape interval', () => {
    for (const { expr } of panel.queries) {
      expect(
        selectors(expr)
          .map(nameOf)
          .filter((name) => !KNOWN.has(name)),
      ).toEqual([]);
      expect(expr).not.toMatch(/\[\d/);
    }
  });
});

describe.each(ALL)('dashboard $title', (spec) => {
  const { panels: built, templating } = dashboard(spec);
  const placed = (built ?? []).map(({ title, gridPos }) => ({ title, ...gridPos! }));

  it('begins with the question that it answers', () => {
    expect(spec.rows[0]!.title).toMatch(/\?$/);
  });

  it('lets its data source be chosen', () => {
    expect(templating?.list?.[0]).toMatchObject({ name: 'datasource', type: 'datasource' });
    const charts = (built ?? []).filter(({ type }) => type !== 'row');
    for (const chart of charts) expect(chart).toMatchObject({ datasource: { uid: '$datasource' } });
  });

  it('has no panels that overlap or leave the grid', () => {
    for (const [i, a] of placed.entries()) {
      expect(a.x + a.w).toBeLessThanOrEqual(24);
      for (const b of placed.slice(i + 1)) {
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        expect(apart, `${a.title} and ${b.title}`).toBe(true);
      }
    }
  });
});

describe('metrics', () => {
  it('are all shown or watched, but for those that say what is running', () => {
    const exprs = [
      ...panels.flatMap(({ panel }) => panel.queries.map(({ expr }) => expr)),
      ...alerts().map(({ expr }) => expr),
    ];
    const read = new Set(
      exprs.flatMap(selectors).map((selector) => nameOf(selector).replace(/_(bucket|sum|count)$/, '')),
    );
    const variables = [...dashboardFiles().values()].flatMap(
      (text) => text.match(/label_values\((\w+)/g) ?? [],
    );
    for (const variable of variables) read.add(variable.replace('label_values(', ''));
    const unread = Object.values({ ...COORDINATOR, ...NODE_METRICS }).filter(({ name }) => !read.has(name));
    expect(unread.map(({ name }) => name)).toEqual([]);
  });
});
