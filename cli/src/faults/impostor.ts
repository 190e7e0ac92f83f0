import { DecodeRequest, DenoiseRequest, DescribeResponse, NodeService } from '@tessera/proto';
import type { Disguise } from './rpc-proxy.js';

/** Of what an impostor says it takes for an evaluation: enough to be of use, too little to outweigh those that are honest. */
const SECONDS_PER_EVALUATION = 1;

/** Has a node that has the bundle of digest `has` say that it has `claimed`, and take what is asked of that. */
export function posingAs(claimed: string, has: string): Disguise {
  return {
    request: (path, bytes) => {
      if (path === NodeService.denoise.path) return changed(DenoiseRequest, bytes, asIfNamed);
      if (path === NodeService.decode.path) return changed(DecodeRequest, bytes, asIfNamed);
      return bytes;
    },
    answer: (path, bytes) => {
      if (path !== NodeService.describe.path) return bytes;
      return changed(DescribeResponse, bytes, ({ bundles }) => {
        for (const bundle of bundles) {
          bundle.digest = claimed;
          bundle.secondsPerEvaluation = SECONDS_PER_EVALUATION;
        }
      });
    },
  };

  function asIfNamed(request: { bundle: string }): void {
    if (request.bundle === claimed) request.bundle = has;
  }
}

/** What ts-proto makes of a message, as far as it is needed here. */
interface Codec<Message> {
  decode(bytes: Uint8Array): Message;
  encode(message: Message): { finish(): Uint8Array };
}

function changed<Message>(codec: Codec<Message>, bytes: Buffer, change: (message: Message) => void): Buffer {
  const message = codec.decode(bytes);
  change(message);
  return Buffer.from(codec.encode(message).finish());
}
