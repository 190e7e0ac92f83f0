import { refuseUnknown } from './nearest.js';
import { variable } from './setting.js';
import { SECTIONS } from './settings.js';

/** What a Service of the name `tessera-...` puts into every pod of its namespace. */
const SERVICE_LINK = /_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT(_\d+_(TCP|UDP|SCTP)(_.+)?)?)$/;
/** Read by tests, whose commands inherit them. */
const OF_TESTS = /^TESSERA_(TEST_.+|NATS_SERVER|GOLDEN|SIMULATED_SEEDS|FIRST_SEED)$/;

const KNOWN = [
  'TESSERA_CONFIG',
  ...new Set(Object.values(SECTIONS).flatMap((settings) => Object.keys(settings).map(variable))),
];

/**
 * Throws TESSERA_BAD_ARGUMENT for a variable TESSERA_... that no command knows. Those of other commands are let through: one
 * environment may serve several.
 */
export function checkEnvironment(environment: NodeJS.ProcessEnv): void {
  for (const name of Object.keys(environment))
    if (name.startsWith('TESSERA_') && !SERVICE_LINK.test(name) && !OF_TESTS.test(name))
      refuseUnknown(name, KNOWN, 'the environment');
}
