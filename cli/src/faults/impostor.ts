import { DecodeRequest, DenoiseRequest, DescribeResponse, NodeService } from '@tessera/proto';
import type { Disguise } from './rpc-proxy.js';

/** Of what an impostor says it takes for an evaluation: enough to be of use, too little to outweigh those that are honest. */
const SECONDS_PER_EVALUATION = 1;

/** Has a node that has the bundle of digest `has` say that it has `claimed`, and take what is asked of that. */
export function posingAs(claimed: string, has: string): Disguise {
  return {
    request: (path, bytes) => {
      const message = path === NodeService.denoise.path ? DenoiseRequest : DecodeRequest;
      if (path !== NodeService.denoise.path && path !== NodeService.decode.path) return bytes;
      const request = message.decode(bytes);
      if (request.bundle === claimed) request.bundle = has;
      return Buffer.from((message as typeof DenoiseRequest).encode(request as DenoiseRequest).finish());
    },
    answer: (path, bytes) => {
      if (path !== NodeService.describe.path) return bytes;
      const said = DescribeResponse.decode(bytes);
      for (const bundle of said.bundles) {
        bundle.digest = claimed;
        bundle.secondsPerEvaluation = SECONDS_PER_EVALUATION;
      }
      return Buffer.from(DescribeResponse.encode(said).finish());
    },
  };
}
