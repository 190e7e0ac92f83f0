import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { NodeConnection } from '@tessera/coordinator';
import { openBundle } from '@tessera/gpu-node';
import { type LogLevel, nodeTelemetry, ServiceTelemetry } from '@tessera/telemetry';
import { defaultBundle } from '../bundle-path.js';
import type { Values } from '../config/setting.js';
import type { SERVE } from '../config/settings.js';
import { EMBEDDED, startEmbedded } from '../embedded.js';
import { interruptible } from '../interrupt.js';
import { coordinatorSecurity } from '../security/coordinator-security.js';
import { VERSION } from '../version.js';
import { serve } from './run-coordinator.js';
import { alone } from './surroundings.js';

/**
 * `tessera serve`: a coordinator with one node of its own until SIGTERM or Ctrl-C; the same command goes on. Throws the errors of
 * `openBundle` and `TesseraNode.start`, TESSERA_OUTPUT_BUSY if another coordinator has the folder, TESSERA_PORT_IN_USE, the
 * errors of `coordinatorSecurity`.
 */
export async function runServe(options: Values<typeof SERVE>, json: boolean): Promise<void> {
  const bundles = await Promise.all((options.bundle ?? [defaultBundle()]).map(openBundle));
  const telemetry = await ServiceTelemetry.open({
    role: 'serve',
    name: hostname(),
    version: VERSION,
    logLevel: options.logLevel as LogLevel,
  });
  const dir = resolve(options.state);
  const { signal, release } = interruptible(() => telemetry.log.info('stopping: saving the jobs that run'));
  try {
    const security = await coordinatorSecurity(options);
    try {
      const { exposition, log, tracing } = telemetry;
      const node = { name: EMBEDDED, device: options.device };
      const watch = nodeTelemetry(node, exposition, log, tracing);
      const embedded = await startEmbedded({ ...options, bundles }, watch);
      try {
        const surroundings = await alone(dir, embedded.bus, () => new NodeConnection(embedded.address));
        try {
          await serve(options, json, security, bundles, dir, surroundings, telemetry, signal);
        } finally {
          await surroundings.close();
        }
      } finally {
        await embedded.close();
      }
    } finally {
      security.close();
    }
  } finally {
    await telemetry.close();
    release();
  }
}
