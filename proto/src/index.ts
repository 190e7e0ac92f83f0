export type { FrameBus } from './bus/frame-bus.js';
export { InProcessFrameBus } from './bus/in-process.js';
export { type FrameAddress, frameSubject } from './bus/subjects.js';
export { CHANNEL_OPTIONS, ERROR_CODE_KEY, MAX_MESSAGE_BYTES } from './channel.js';
export {
  Conditioning,
  DecodedTile,
  DecodeRequest,
  DecodeResponse,
  DecodeTile,
  Denoised,
  DenoisedTile,
  DenoiseRequest,
  DenoiseResponse,
  DenoiseTile,
  DescribeRequest,
  DescribeResponse,
  FrameReference,
  Guide,
  LoadedBundle,
  Missing,
  Newton,
  NodeClient,
  type NodeServer,
  NodeService,
  Projection,
  RunRequest,
  RunResponse,
  TileError,
  Work,
} from './gen/tessera/v1/node.js';
export { DataType, Tensor } from './gen/tessera/v1/tensor.js';
