import type { Manifest } from '@tessera/tiler/device';
import type { Bundle } from '../bundle/open-bundle.js';

/** What the device's thread is told first. */
export interface DeviceSettings {
  /** "cpu", "cuda:0", "webgpu" ... */
  readonly device: string;
  /** Intra-op threads. */
  readonly threads: number;
}

/** How the rows of a bundle are put into runs. */
export interface RunSize {
  /** Most rows (evaluations) in one run. */
  readonly rows: number;
  /**
   * Fewest rows by role: smaller runs are filled up, because they would give other bits. 1 where the size of a run never
   * matters, Infinity where it always does and every run is filled to the full size.
   */
  readonly least: Readonly<Record<string, number>>;
}

/** What the measurement at load found. */
export interface ProbeReport {
  readonly size: RunSize;
  /** Seconds for one denoiser row at that run size. */
  readonly secondsPerEvaluation: number;
  /** SHA-256 over the probe's outputs, lower-case hex. */
  readonly numerics: string;
  /** Operations for one row, by role. */
  readonly flops: Readonly<Record<string, number>>;
}

/** What a call cost the device, by role. */
export type DeviceWork = Record<string, RoleWork>;

export interface RoleWork {
  /** Rows evaluated, padding left out. */
  readonly rows: number;
  /** Seconds in the graph, the share of padding left out. */
  readonly seconds: number;
}

export type ElementType = Manifest['graphs'][string]['inputs'][string]['type'];

/** A whole tensor: elements in C order, little-endian. */
export interface PlainTensor {
  readonly type: ElementType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint16Array | BigInt64Array;
}

/** The part of a guide that one tile is shown, 3,n,n in [-1, 1] with n = tile pixels / ratio. */
export interface TileGuide {
  readonly image: Float32Array;
  readonly ratio: number;
  /** 0..1 in units of 4 guide pixels. */
  readonly blur: number;
}

export interface ProjectionPlan {
  readonly input: boolean;
  /** Iterations; 0 is none. */
  readonly backprojection: number;
  readonly newton: { readonly iterations: number; readonly step: number; readonly rate: number } | undefined;
  readonly bundle: boolean;
}

/** A batch of B tiles, each array the tiles' values one after another. */
export interface DenoiseBatch {
  readonly bundle: string;
  readonly projection: ProjectionPlan;
  /** B,C,s,s. */
  readonly x: Float32Array;
  readonly timesteps: Float32Array;
  readonly alphasCumprod: Float64Array;
  /** diffusers' guidance scale, 1 = off. */
  readonly guidanceScales: Float32Array;
  /** B,tokens,width. */
  readonly contexts: Float32Array;
  readonly guides: readonly (TileGuide | undefined)[];
  /** Tiles that are always evaluated in a run of their own. */
  readonly lone: readonly boolean[];
}

export interface DenoiseReply {
  /** B,C,s,s. */
  readonly x0: Float32Array<ArrayBuffer>;
  /** B,C,s,s where `moved`, anything elsewhere; absent if no tile moved. */
  readonly x: Float32Array<ArrayBuffer> | undefined;
  readonly moved: readonly boolean[];
  /** False where a graph answered NaN or Inf. */
  readonly finite: readonly boolean[];
  readonly work: DeviceWork;
}

/** How the picture of one tile is wanted. */
export interface PictureRequest {
  readonly type: 'float16' | 'float32';
  /** To [-1, 1]. */
  readonly clamp: boolean;
  /** What the level above shows of it, to which it is corrected. */
  readonly guide: TileGuide | undefined;
}

export interface DecodeBatch {
  readonly bundle: string;
  /** B,C,s,s. */
  readonly z: Float32Array;
  readonly pictures: readonly PictureRequest[];
}

export interface DecodeReply {
  /** 3,P,P each; absent where the graph answered NaN or Inf. */
  readonly images: readonly (Uint8Array<ArrayBuffer> | undefined)[];
  readonly work: DeviceWork;
}

/** Everything the device's thread can be asked. */
export type DeviceCalls = {
  /** Comes first, once. Throws TESSERA_DEVICE_UNAVAILABLE if ONNX Runtime has no such execution provider. */
  begin: { request: DeviceSettings; reply: undefined };
  /** Loads the graphs every tile needs and evaluates each once; SHA-256 of what they gave. */
  open: { request: { bundle: Bundle; size: RunSize }; reply: string };
  /** Uses another run size from then on. */
  resize: { request: { bundle: string; size: RunSize }; reply: undefined };
  /** Finds out what a bundle does on this device, and uses that run size from then on; `batch` if it is given. */
  probe: { request: { bundle: string; batch: number | undefined }; reply: ProbeReport };
  denoise: { request: DenoiseBatch; reply: DenoiseReply };
  decode: { request: DecodeBatch; reply: DecodeReply };
  run: {
    request: { bundle: string; role: string; inputs: Record<string, PlainTensor> };
    reply: { outputs: Record<string, PlainTensor>; work: DeviceWork };
  };
};
