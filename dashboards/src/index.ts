import { dashboard } from './dashboard.js';
import { FARM } from './farm.js';
import { JOB } from './job.js';
import { NODE } from './node.js';

export { FARM, JOB, NODE };

/** The committed files, by their paths in the repository. */
export function dashboardFiles(): Map<string, string> {
  return new Map(
    [FARM, JOB, NODE].map((spec) => [
      `dashboards/grafana/${spec.uid}.json`,
      `${JSON.stringify(dashboard(spec), undefined, 2)}\n`,
    ]),
  );
}
