import { CoordinatorConnection } from '@tessera/coordinator';
import { interruptible } from '../interrupt.js';

/** How a coordinator is called: for so long, until Ctrl-C. */
export interface Call {
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** What an answer may take: a paused job is saved first. */
const SECONDS = 60;

/** Does something with the coordinator at an address; Ctrl-C ends it. Throws TESSERA_COORDINATOR_UNAVAILABLE ... */
export async function withCoordinator<T>(
  address: string,
  action: (coordinator: CoordinatorConnection, call: Call) => Promise<T>,
): Promise<T> {
  const { signal, release } = interruptible(() => {});
  const coordinator = new CoordinatorConnection(address);
  try {
    return await action(coordinator, { seconds: SECONDS, signal });
  } finally {
    coordinator.close();
    release();
  }
}
