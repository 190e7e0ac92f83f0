import { PhiloxNoise } from '@tessera/tiler';

/** Who is hit, and how: killed and started again, or stopped for a while. Connections are cut, clocks set an hour forward or back. */
export interface ProcessFault {
  readonly who: 'node' | 'coordinator' | 'nats-server' | 'connections' | 'clocks';
  readonly how: 'kill' | 'stop';
  /** Part of the job that is done when it strikes, 0..1. */
  readonly at: number;
  /** Seconds until it is started again or goes on. */
  readonly seconds: number;
}

/** What goes wrong in one run, drawn from its seed. */
export interface FaultSchedule {
  readonly faults: readonly ProcessFault[];
  /** Of guide frames on their way: parts that get lost, come twice, come late. */
  readonly lost: number;
  readonly twice: number;
  readonly late: number;
  /** Of calls of nodes: parts of which the request or the answer gets lost, that are made twice, whose answer comes late. */
  readonly calls: { readonly lost: number; readonly twice: number; readonly late: number };
  /** The node that lies about some tiles, if any does, and the part of its answers that are lies. */
  readonly liar: number | undefined;
  readonly lies: number;
  /** The node that takes ten times as long as the others, if any does. */
  readonly slow: number | undefined;
  /** Uniform in [0, 1), for what is drawn along the way. */
  readonly random: () => number;
}

/** The schedule of a seed: always the same. */
export function drawSchedule(seed: number): FaultSchedule {
  const noise = new PhiloxNoise(BigInt(seed));
  let drawn = 0;
  const random = () => noise.uniform({ stream: 'layout', step: drawn++, magnification: 2 })[0];
  const pick = <T>(...choices: T[]): T => choices[Math.floor(random() * choices.length)]!;
  const faults = Array.from({ length: pick(1, 2, 3) }, (): ProcessFault => {
    const who = pick('node', 'node', 'coordinator', 'nats-server', 'connections', 'clocks');
    return { who, how: pick('kill', 'stop'), at: 0.05 + 0.8 * random(), seconds: 0.2 + 4 * random() };
  });
  faults.sort((a, b) => a.at - b.at);
  return {
    faults,
    lost: 0.01 * random(),
    twice: 0.05 * random(),
    late: 0.05 * random(),
    calls: { lost: 0.01 * random(), twice: 0.05 * random(), late: 0.05 * random() },
    liar: pick(undefined, 0, 1, 2),
    lies: 0.2 * random(),
    slow: pick(undefined, undefined, 0, 1, 2),
    random,
  };
}
