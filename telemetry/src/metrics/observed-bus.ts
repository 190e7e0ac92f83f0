import type { FrameBus } from '@tessera/proto';
import { MONOTONIC, type Now } from './clock.js';
import type { NodeMetrics } from './node-metrics.js';

/** A node's frame bus, timed. */
export function observedBus(bus: FrameBus, { instruments }: NodeMetrics, now: Now = MONOTONIC): FrameBus {
  const { framePublish, framePublishBytes, frameFetch } = instruments;
  return {
    async publish(subject, frame, signal) {
      const began = now();
      await bus.publish(subject, frame, signal);
      framePublish.observe(now() - began);
      framePublishBytes.inc(frame.byteLength);
    },
    async fetch(subject, signal) {
      const began = now();
      const frame = await bus.fetch(subject, signal);
      frameFetch.observe({ result: frame === undefined ? 'missing' : 'found' }, now() - began);
      return frame;
    },
    release: (subject) => bus.release(subject),
    releaseJob: (job) => bus.releaseJob(job),
  };
}
