import { credentials } from '@grpc/grpc-js';
import { TINY_BUNDLE } from '@tessera/cli/testing';
import { conditioningDigest, openBundle } from '@tessera/gpu-node';
import { CHANNEL_OPTIONS, DenoiseRequest, type DenoiseResponse, NodeClient } from '@tessera/proto';

export interface TensorLoad {
  readonly seconds: number;
  /** Calls under way at a time: a coordinator has two, more is abuse. */
  readonly callers: number;
  readonly tilesPerCall: number;
}

export interface TensorResult extends TensorLoad {
  readonly tileSteps: number;
  readonly tileStepsPerSecond: number;
  /** Latency of a call, ms. */
  readonly median: number;
  readonly p99: number;
  /** Calls or tiles that were not answered with an estimate. */
  readonly failed: number;
}

/** Sends a node batches of tiles as fast as it answers. `address` is host:port of a node with the bundle of the tests. */
export async function loadTensorPlane(address: string, load: TensorLoad): Promise<TensorResult> {
  const client = new NodeClient(address, credentials.createInsecure(), CHANNEL_OPTIONS);
  const request = await requestOf(load.tilesPerCall);
  const latencies: number[] = [];
  let tileSteps = 0;
  let failed = 0;
  const end = performance.now() + load.seconds * 1000;
  const caller = async () => {
    while (performance.now() < end) {
      const sent = performance.now();
      const answer = await denoise(client, request);
      latencies.push(performance.now() - sent);
      const made = answer?.tiles.filter(({ outcome }) => outcome?.$case === 'denoised').length ?? 0;
      tileSteps += made;
      failed += load.tilesPerCall - made;
    }
  };
  try {
    await Promise.all(Array.from({ length: load.callers }, caller));
  } finally {
    client.close();
  }
  latencies.sort((a, b) => a - b);
  const quantile = (q: number) =>
    latencies[Math.min(latencies.length - 1, Math.floor(q * latencies.length))]!;
  return {
    ...load,
    tileSteps,
    tileStepsPerSecond: tileSteps / load.seconds,
    median: quantile(0.5),
    p99: quantile(0.99),
    failed,
  };
}

function denoise(client: NodeClient, request: DenoiseRequest): Promise<DenoiseResponse | undefined> {
  return new Promise((resolve) =>
    client.denoise(request, (error, answer) => resolve(error ? undefined : answer)),
  );
}

async function requestOf(tiles: number): Promise<DenoiseRequest> {
  const { manifest, digest } = await openBundle(TINY_BUNDLE);
  const { channels, size } = manifest.tile;
  const bytes = (length: number) =>
    new Uint8Array(Float32Array.from({ length }, (_, i) => Math.sin(i)).buffer);
  const grid = bytes(manifest.conditioning.embedding);
  const conditioning = { digest: conditioningDigest(0, grid), magnification: 0, grid };
  return DenoiseRequest.create({
    bundle: digest,
    tiles: Array.from({ length: tiles }, (_, id) => ({
      id,
      position: `load/0/0/${id},0`,
      timestep: 500,
      alphaCumprod: 0.3,
      guidanceScale: 1,
      x: bytes(channels * size * size),
      conditioning,
    })),
  });
}
