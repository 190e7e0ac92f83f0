import { createHash } from 'node:crypto';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import {
  CHANNEL_OPTIONS,
  type DecodeRequest,
  type DecodeResponse,
  type DenoisedTile,
  type DenoiseRequest,
  type DenoiseResponse,
  type DenoiseTile,
  type DescribeResponse,
  ERROR_CODE_KEY,
  type FrameBus,
  type Guide,
  type LoadedBundle,
  NodeService,
  type Projection,
} from '@tessera/proto';
import { ERROR_CODES, TesseraError } from '@tessera/tiler';
import { bytesOf, floatsOf } from '../run/float-bytes.js';
import { decode, estimate, moved } from './fault-arithmetic.js';
import { FAULT_DIGEST, FAULT_MANIFEST } from './fault-manifest.js';

/** Stands between a request and its right answer: passes it on, spoils it, holds it back, or throws. */
export type Fault<Request, Response> = (
  request: Request,
  answer: () => Promise<Response>,
) => Promise<Response>;

/** What a fault node says of its bundle. */
export type FaultNodeOptions = Partial<Omit<LoadedBundle, 'name'>> & {
  readonly bus: FrameBus;
  readonly name?: string;
};

/**
 * A fake node behind a real gRPC server, whose arithmetic costs nothing and whose faults a test controls: set `denoising`
 * or `decoding`, take its memory away, drop its connections, kill and revive it.
 */
export class FaultNode {
  readonly #bus: FrameBus;
  readonly #name: string | undefined;
  /** What it says of its bundle. */
  readonly bundle: LoadedBundle;
  #server = new Server(CHANNEL_OPTIONS);
  #address = '127.0.0.1:0';
  /** Vectors by digest. Clear it, and the node asks for them again. */
  readonly contexts = new Map<string, Float32Array>();
  denoising: Fault<DenoiseRequest, DenoiseResponse> | undefined;
  decoding: Fault<DecodeRequest, DecodeResponse> | undefined;
  /** Calls that came. */
  readonly calls = { describe: 0, denoise: 0, decode: 0 };
  /** Positions of the tiles that were answered with an estimate or a picture. */
  readonly done: string[] = [];
  /** Tiles in the largest request. */
  largestBatch = 0;

  private constructor({ bus, name, ...said }: FaultNodeOptions) {
    this.#bus = bus;
    this.#name = name;
    this.bundle = {
      digest: FAULT_DIGEST,
      name: FAULT_MANIFEST.name,
      batch: 4,
      secondsPerEvaluation: 1e-4,
      numerics: 'fault',
      padded: false,
      flops: { denoiser: 1000, decoder: 100, encoder: 10 },
      ...said,
    };
  }

  /** Listens on a free port of the loopback interface. */
  static async start(options: FaultNodeOptions): Promise<FaultNode> {
    const node = new FaultNode(options);
    await node.revive();
    return node;
  }

  /** host:port; stays the same over death and revival. */
  get address(): string {
    return this.#address;
  }

  /** Ends every connection; the port stays open. */
  dropConnections(): void {
    this.#server.drain(this.#address, 0);
  }

  /** Cuts everything off and leaves the port. */
  die(): void {
    this.#server.forceShutdown();
    this.contexts.clear();
  }

  /** Listens (again), remembering nothing. */
  async revive(): Promise<void> {
    this.#server = new Server(CHANNEL_OPTIONS);
    this.#server.addService(NodeService, {
      describe: unary(async () => {
        this.calls.describe++;
        return this.#describe();
      }),
      denoise: unary((request: DenoiseRequest) => {
        this.calls.denoise++;
        this.largestBatch = Math.max(this.largestBatch, request.tiles.length);
        const answer = () => this.#denoise(request);
        return this.denoising ? this.denoising(request, answer) : answer();
      }),
      decode: unary((request: DecodeRequest) => {
        this.calls.decode++;
        this.largestBatch = Math.max(this.largestBatch, request.tiles.length);
        const answer = () => this.#decode(request);
        return this.decoding ? this.decoding(request, answer) : answer();
      }),
      run: unary(async () => {
        throw new TesseraError('TESSERA_BUNDLE_ROLE', 'A fault node has no other graphs');
      }),
    });
    const port = await new Promise<number>((resolve, reject) =>
      this.#server.bindAsync(this.#address, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    this.#address = `127.0.0.1:${port}`;
  }

  #describe(): DescribeResponse {
    const name = this.#name ?? this.#address;
    return { name, version: '0', device: 'none', threads: 1, bundles: [this.bundle] };
  }

  async #denoise({ tiles, projection }: DenoiseRequest): Promise<DenoiseResponse> {
    const work = { denoiser: 0, decoder: 0, encoder: 0, deviceSeconds: 0 };
    const answers: DenoisedTile[] = [];
    for (const tile of tiles) {
      const answer = await this.#estimate(tile, projection!);
      answers.push(answer);
      if (answer.outcome?.$case !== 'denoised') continue;
      this.done.push(tile.position);
      const newton = tile.guide ? (projection!.newton?.iterations ?? 0) : 0;
      const decodes = newton + (tile.guide ? projection!.backprojection : 0);
      work.denoiser += (tile.guidanceScale === 1 ? 1 : 2) * (1 + 2 * newton);
      work.decoder += decodes;
      work.encoder += 2 * decodes;
      work.deviceSeconds += 1e-4;
    }
    return { tiles: answers, work };
  }

  async #estimate(tile: DenoiseTile, projection: Projection): Promise<DenoisedTile> {
    const { id, conditioning, guide } = tile;
    const digest = Buffer.from(conditioning!.digest).toString('hex');
    if (conditioning!.grid.length > 0) this.#keepContext(digest, conditioning!);
    const grid = this.contexts.get(digest);
    const { frames, lacking } = await this.#frames(guide);
    if (grid === undefined || lacking.length > 0)
      return { id, outcome: { $case: 'missing', value: { grid: grid === undefined, frames: lacking } } };
    const resolved = { tile, projection, grid, frames };
    const x = projection.newton && guide ? bytesOf(moved(resolved)) : new Uint8Array();
    return { id, outcome: { $case: 'denoised', value: { x0: bytesOf(estimate(resolved)), x } } };
  }

  async #frames(guide: Guide | undefined): Promise<{ frames: Uint8Array[]; lacking: string[] }> {
    const subjects = (guide?.frames ?? []).map(({ subject }) => subject);
    const found = await Promise.all(subjects.map((subject) => this.#bus.fetch(subject)));
    const frames = found.filter((frame) => frame !== undefined);
    return { frames, lacking: subjects.filter((_, i) => found[i] === undefined) };
  }

  #keepContext(digest: string, { magnification, grid }: { magnification: number; grid: Uint8Array }): void {
    const index = Buffer.alloc(4);
    index.writeUInt32LE(magnification);
    const expected = createHash('sha256').update(index).update(grid).digest('hex');
    if (digest !== expected)
      throw TesseraError.expected('TESSERA_BAD_ARGUMENT', 'conditioning.digest', expected, digest);
    this.contexts.set(digest, floatsOf(grid));
  }

  async #decode({ tiles }: DecodeRequest): Promise<DecodeResponse> {
    const answers: DecodeResponse['tiles'] = [];
    let decoder = 0;
    for (const tile of tiles) {
      const { frames, lacking } = await this.#frames(tile.guide);
      if (lacking.length > 0) {
        const value = { grid: false, frames: lacking };
        answers.push({ id: tile.id, outcome: { $case: 'missing', value } });
        continue;
      }
      const image = decode(tile, frames, FAULT_MANIFEST.tile.pixels);
      decoder++;
      if (tile.publish !== '') await this.#bus.publish(tile.publish, image);
      this.done.push(tile.position);
      answers.push({
        id: tile.id,
        outcome:
          tile.publish === ''
            ? { $case: 'image', value: image }
            : { $case: 'published', value: image.byteLength },
      });
    }
    return { tiles: answers, work: { denoiser: 0, decoder, encoder: 0, deviceSeconds: 1e-4 * decoder } };
  }
}

/** A method whose failures are coded errors, or gRPC statuses without a code of ours. */
function unary<Request, Response>(handle: (request: Request) => Promise<Response>) {
  return (call: ServerUnaryCall<Request, Response>, respond: sendUnaryData<Response>): void => {
    handle(call.request).then(
      (response) => respond(null, response),
      (error: unknown) => respond(statusOf(error)),
    );
  };
}

function statusOf(error: unknown): Partial<ServiceError> {
  if (!(error instanceof TesseraError)) return { code: status.INTERNAL, ...(error as object) };
  const metadata = new Metadata();
  metadata.set(ERROR_CODE_KEY, error.code);
  return { code: ERROR_CODES[error.code].grpc, details: error.message, metadata };
}
