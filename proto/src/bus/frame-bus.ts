/**
 * How guide frames get from the node that decoded them to the nodes that need them. Implemented in the process
 * (`InProcessFrameBus`) and, on a farm, over NATS. What waits for a frame has a deadline and asks again: a bus may
 * drop a frame, never change one.
 */
export interface FrameBus {
  /**
   * Keeps one frame under its subject. Resolves when it can be fetched; waits while the bus is at its bound. Publishing
   * a subject again replaces the frame (a retry gives the same bytes).
   */
  publish(subject: string, frame: Uint8Array, signal?: AbortSignal): Promise<void>;

  /** The frame of a subject, or undefined if the bus does not hold it. The bytes must not be written to. */
  fetch(subject: string, signal?: AbortSignal): Promise<Uint8Array | undefined>;

  /** Forgets a frame that no tile needs any more. Unknown subjects are no error. */
  release(subject: string): Promise<void>;

  /** Forgets all frames of a job that has ended. */
  releaseJob(job: string): Promise<void>;
}
