import { InProcessFrameBus } from '@tessera/proto';

/** A bus on which a deliberate mistake may put other frames than were published. */
export class TamperedBus extends InProcessFrameBus {
  /** Makes the frame that takes a published one's place. */
  replace: ((frame: Uint8Array) => Promise<Uint8Array>) | undefined;

  override async publish(subject: string, frame: Uint8Array): Promise<void> {
    await super.publish(subject, this.replace ? await this.replace(frame) : frame);
  }
}
