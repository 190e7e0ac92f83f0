import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Farm, JobChanges, JobService, KeptRuns, LiveJobs, ObserveCall } from '@tessera/coordinator';
import { HttpServer } from '@tessera/coordinator/http';
import type { Bundle } from '@tessera/gpu-node';
import type { Probes } from '@tessera/telemetry';
import type { CoordinatorSecurity } from '../security/coordinator-security.js';
import { VERSION } from '../version.js';
import { contentChecker, gridMaker } from './make-grid.js';

/** Where `npm run build` puts the live page. */
const PAGE = fileURLToPath(new URL('../../../viewer/dist/page', import.meta.url));

/** What the API shows. */
export interface Shown {
  readonly jobs: JobService;
  readonly farm: Farm;
  readonly live: LiveJobs;
  readonly kept: KeptRuns;
  readonly changes: JobChanges;
  readonly bundles: readonly Bundle[];
  readonly observeCall: ObserveCall;
}

/** Starts the HTTP API, with the live page where it was built. Throws TESSERA_PORT_IN_USE or TESSERA_BAD_ARGUMENT. */
export function startHttp(
  listen: string,
  { bundles, ...shown }: Shown,
  { gate, certificates }: CoordinatorSecurity,
  operation: Probes,
): Promise<HttpServer> {
  const known = new Map(bundles.map((bundle) => [bundle.digest, bundle]));
  return HttpServer.start({
    ...shown,
    listen,
    bundles: new Map(bundles.map(({ digest, manifest }) => [digest, manifest])),
    checkContent: contentChecker(known),
    makeGrid: gridMaker(shown.farm, known),
    version: VERSION,
    gate,
    certificates,
    operation,
    ...(existsSync(PAGE) && { page: PAGE }),
  });
}
