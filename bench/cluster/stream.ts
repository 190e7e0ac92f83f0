import { setTimeout as delay } from 'node:timers/promises';
import { ProcessFarm } from './farm.js';
import type { Figure } from './figures.js';
import { canvas, denoise, workOf } from './job.js';

const NODES = 3;
const SIDE = 32_768;
const STEPS = 2;

/**
 * A canvas of 32,768 x 32,768 px, guided at every step by the same step of the level above, whose frames are several times what
 * the stream may hold: how full it gets, and that all of them get through.
 */
export async function stream(): Promise<Figure[]> {
  const farm = await ProcessFarm.start(Array(NODES).fill({ device: 'simulated:1ms', batch: 16 }));
  try {
    const plan = canvas(SIDE, STEPS);
    const running = denoise(plan, farm);
    let ended = false;
    running.finally(() => (ended = true)).catch(() => undefined);
    let [bytes, messages] = [0, 0];
    while (!ended) {
      const state = await farm.bus.state();
      bytes = Math.max(bytes, state.bytes);
      messages = Math.max(messages, state.messages);
      await delay(200);
    }
    const report = await running;
    return [
      {
        figure: `guide frames of ${SIDE} x ${SIDE} px over NATS: MiB in the stream, at most`,
        measured: bytes / 2 ** 20,
        mustReach: undefined,
        details: {
          mustStayBelow: 512,
          framesAtOnce: messages,
          ...workOf(plan),
          decoded: report.evaluations.decoder,
          seconds: report.seconds.sampling,
        },
      },
    ];
  } finally {
    await farm.stop();
  }
}
