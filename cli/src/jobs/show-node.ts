import { type FarmNode, FarmNodeState } from '@tessera/proto';

const STATES: Partial<Record<FarmNodeState, string>> = {
  [FarmNodeState.READY]: 'ready',
  [FarmNodeState.SET_ASIDE]: 'set aside',
  [FarmNodeState.DRAINING]: 'draining',
};

/** A node as --json shows it. */
export function nodeAsJson({ name, address, state, inFlight, cause, description }: FarmNode): object {
  const { version, device, threads, bundles } = description ?? {};
  return {
    name,
    address,
    state: STATES[state] ?? 'unknown',
    inFlight,
    ...(cause !== '' && { cause }),
    version,
    device,
    threads,
    bundles,
  };
}

/** A node in a line: name, state, device, its bundles with their speeds, and why it is set aside. */
export function nodeLine({ name, address, state, inFlight, cause, description }: FarmNode): string {
  const bundles = (description?.bundles ?? []).map(
    (bundle) => `${bundle.name} ${(1 / Math.max(bundle.secondsPerEvaluation, 1e-9)).toFixed(1)}/s`,
  );
  return [
    name,
    address,
    (STATES[state] ?? 'unknown').padEnd(9),
    `${inFlight} in flight`,
    description?.device ?? '',
    bundles.join(', '),
    cause,
  ]
    .join('  ')
    .trimEnd();
}
