import { NodeConnection } from '@tessera/coordinator';
import { nodeTelemetry } from '@tessera/telemetry';
import type { Values } from '../config/setting.js';
import type { SERVE } from '../config/settings.js';
import { EMBEDDED, startEmbedded } from '../embedded.js';
import { coordinate, type Opened } from './run-coordinator.js';
import { alone, type Surroundings } from './surroundings.js';

type ServeSettings = Values<typeof SERVE>;

/**
 * `tessera serve`: a coordinator with one node of its own until SIGTERM or Ctrl-C; the same command goes on. Throws the errors of
 * `coordinate` and `TesseraNode.start`, TESSERA_OUTPUT_BUSY if another coordinator has the folder.
 */
export async function runServe(options: ServeSettings, json: boolean): Promise<void> {
  await coordinate('serve', options, json, (opened) => withNode(options, opened));
}

/** The jobs of a folder, and a node in this process. */
async function withNode(
  options: ServeSettings,
  { bundles, telemetry: { exposition, log, tracing }, dir }: Opened,
): Promise<Surroundings> {
  const watch = nodeTelemetry({ name: EMBEDDED, device: options.device }, exposition, log, tracing);
  const embedded = await startEmbedded({ ...options, bundles }, watch);
  try {
    const surroundings = await alone(dir, embedded.bus, () => new NodeConnection(embedded.address));
    const close = async () => {
      await surroundings.close();
      await embedded.close();
    };
    return { ...surroundings, close };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}
