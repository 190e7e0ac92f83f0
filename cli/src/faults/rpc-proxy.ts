import { setTimeout as delay } from 'node:timers/promises';
import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type ServiceError,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { CHANNEL_OPTIONS, DenoiseResponse, NodeService } from '@tessera/proto';

/** What becomes of a call: it, or its answer, gets lost; the node is asked twice; the answer is late, so that a later one overtakes it. */
export type CallFate =
  | 'passes'
  | 'request lost'
  | 'answer lost'
  | 'twice'
  | 'late'
  | 'lies NaN'
  | 'lies shape';

/** What passes is changed so, on its way to the node and back: messages of the method of a path, whole. */
export interface Disguise {
  request(path: string, bytes: Buffer): Buffer;
  answer(path: string, bytes: Buffer): Buffer;
}

/** Lost calls are felt by a deadline, which is a minute for a node that has not answered three times yet. */
const ANSWERS_FIRST = 6;
const LATEST_MS = 400;
const raw = { serialize: (bytes: Buffer) => bytes, deserialize: (bytes: Buffer) => bytes };

/**
 * Stands between coordinators and one node and does to calls of Denoise and Decode what a network, or a faulty node, does at its
 * worst. All else passes.
 */
export class RpcProxy {
  readonly #server = new Server(CHANNEL_OPTIONS);
  readonly #fateOf: () => CallFate;
  readonly #slower: number;
  readonly #disguise: Disguise | undefined;
  #node: Client | undefined;
  #answers = 0;
  #address = '';

  private constructor(fateOf: () => CallFate, slower: number, disguise: Disguise | undefined) {
    this.#fateOf = fateOf;
    this.#slower = slower;
    this.#disguise = disguise;
    const methods = Object.values(NodeService);
    const definition = Object.fromEntries(
      methods.map(({ path }) => [
        path,
        {
          path,
          requestStream: false as const,
          responseStream: false as const,
          requestSerialize: raw.serialize,
          requestDeserialize: raw.deserialize,
          responseSerialize: raw.serialize,
          responseDeserialize: raw.deserialize,
        },
      ]),
    );
    this.#server.addService(
      definition,
      Object.fromEntries(
        methods.map(({ path }) => [
          path,
          (call: ServerUnaryCall<Buffer, Buffer>, answer: sendUnaryData<Buffer>) => {
            void this.#pass(path, call, answer);
          },
        ]),
      ),
    );
  }

  /** `slower`: how many times as long as the node takes its answers take. */
  static async start(fateOf: () => CallFate, slower = 1, disguise?: Disguise): Promise<RpcProxy> {
    const proxy = new RpcProxy(fateOf, slower, disguise);
    const port = await new Promise<number>((resolve, reject) => {
      proxy.#server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      );
    });
    proxy.#address = `127.0.0.1:${port}`;
    return proxy;
  }

  /** What coordinators call. */
  get address(): string {
    return this.#address;
  }

  /** The node that is behind it from now on. */
  set node(address: string) {
    this.#node?.close();
    this.#node = new Client(address, credentials.createInsecure(), CHANNEL_OPTIONS);
    this.#answers = 0;
  }

  stop(): void {
    this.#node?.close();
    this.#server.forceShutdown();
  }

  async #pass(
    path: string,
    call: ServerUnaryCall<Buffer, Buffer>,
    answer: sendUnaryData<Buffer>,
  ): Promise<void> {
    const works = path === NodeService.denoise.path || path === NodeService.decode.path;
    const fate = works && this.#answers >= ANSWERS_FIRST ? this.#fateOf() : 'passes';
    if (fate === 'request lost') return;
    const began = performance.now();
    const asked = [this.#ask(path, call)];
    if (fate === 'twice') asked.push(this.#ask(path, call));
    try {
      const [first] = await Promise.all(asked);
      if (works) this.#answers++;
      if (works && this.#slower > 1) await delay((this.#slower - 1) * (performance.now() - began));
      if (fate === 'answer lost') return;
      if (fate === 'late') await delay(LATEST_MS);
      answer(null, path === NodeService.denoise.path ? spoilt(first!, fate) : first);
    } catch (error) {
      answer(error as ServiceError);
    }
  }

  #ask(path: string, call: ServerUnaryCall<Buffer, Buffer>): Promise<Buffer> {
    const node = this.#node;
    return new Promise((resolve, reject) => {
      if (node === undefined) return reject({ code: status.UNAVAILABLE, details: 'No node yet' });
      const metadata = call.metadata.clone();
      // Hop by hop: the client writes its own.
      for (const key of Object.keys(metadata.getMap()).filter((name) => name.startsWith('grpc-')))
        metadata.remove(key);
      node.makeUnaryRequest(
        path,
        raw.serialize,
        raw.deserialize,
        this.#disguise?.request(path, call.request) ?? call.request,
        metadata ?? new Metadata(),
        { deadline: call.getDeadline() },
        (error, bytes) => (error ? reject(error) : resolve(this.#disguise?.answer(path, bytes!) ?? bytes!)),
      );
    });
  }
}

/** The answer of a node that lies about its first tile. */
function spoilt(bytes: Buffer, fate: CallFate): Buffer {
  if (fate !== 'lies NaN' && fate !== 'lies shape') return bytes;
  const response = DenoiseResponse.decode(bytes);
  const tile = response.tiles[0];
  if (tile?.outcome?.$case !== 'denoised') return bytes;
  const { value } = tile.outcome;
  if (fate === 'lies shape') value.x0 = value.x0.subarray(4);
  else {
    const spoiled = value.x0.slice();
    new DataView(spoiled.buffer, spoiled.byteOffset).setFloat32(0, Number.NaN, true);
    value.x0 = spoiled;
  }
  return Buffer.from(DenoiseResponse.encode(response).finish());
}
