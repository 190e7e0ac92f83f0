import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData, status } from '@grpc/grpc-js';
import {
  CHANNEL_OPTIONS,
  type DenoiseRequest,
  type DenoiseResponse,
  type DescribeResponse,
  type NodeServer,
  NodeService,
} from '@tessera/proto';
import { ECHO_BATCH, ECHO_DIGEST } from './echo-manifest.js';

// A process that answers every tile with the bytes it was sent: what is left of a node when its device costs nothing.
// Prints its address and runs until it is killed.

const describe: DescribeResponse = {
  name: 'echo',
  version: '0',
  device: 'none',
  threads: 1,
  bundles: [
    {
      digest: ECHO_DIGEST,
      name: 'echo',
      batch: ECHO_BATCH,
      secondsPerEvaluation: 1e-4,
      numerics: 'echo',
      padded: false,
      flops: {},
    },
  ],
};

function denoise(
  call: ServerUnaryCall<DenoiseRequest, DenoiseResponse>,
  callback: sendUnaryData<DenoiseResponse>,
): void {
  callback(null, {
    tiles: call.request.tiles.map(({ id, x }) => ({
      id,
      outcome: { $case: 'denoised', value: { x0: x, x: new Uint8Array() } },
    })),
    work: { denoiser: call.request.tiles.length, decoder: 0, encoder: 0, deviceSeconds: 0 },
  });
}

const unimplemented = (_call: unknown, callback: sendUnaryData<never>) =>
  callback({ code: status.UNIMPLEMENTED });
const service: NodeServer = {
  describe: (_call, callback) => callback(null, describe),
  denoise,
  decode: unimplemented,
  run: unimplemented,
  loadBundle: unimplemented,
  drain: unimplemented,
};

const server = new Server(CHANNEL_OPTIONS);
server.addService(NodeService, service);
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`127.0.0.1:${port}\n`);
});
