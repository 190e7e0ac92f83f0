import { FarmConnection } from '@tessera/farm';

/** Connects to NATS at `--nats`. Throws TESSERA_NATS_UNAVAILABLE. */
export function openNats(servers: readonly string[], name: string): Promise<FarmConnection> {
  return FarmConnection.open({ servers: [...servers], name });
}
