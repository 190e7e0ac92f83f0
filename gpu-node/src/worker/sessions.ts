import { TesseraError } from '@tessera/tiler/device';
import ort, { type InferenceSession } from 'onnxruntime-node';
import { readInnerFile } from '../bundle/inner-file.js';
import type { Bundle } from '../bundle/open-bundle.js';
import { executionProvider } from '../device/execution-provider.js';
import type { DeviceSettings, PlainTensor } from './protocol.js';

// What goes wrong comes as an exception; ONNX Runtime's own lines on stderr would say it again.
ort.env.logLevel = 'fatal';

/**
 * The ONNX Runtime sessions of one bundle, one a role, made when first needed and kept for the thread's life: making and
 * releasing them again leaks on some providers.
 */
export class Sessions {
  readonly bundle: Bundle;
  readonly #options: InferenceSession.SessionOptions;
  readonly #device: string;
  readonly #sessions = new Map<string, Promise<InferenceSession>>();

  constructor(bundle: Bundle, { device, threads }: DeviceSettings) {
    this.bundle = bundle;
    this.#device = device;
    this.#options = {
      executionProviders: [executionProvider(device)],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: 'all',
      // Threads that spin at barriers starve whoever shares their core, this process's main thread first.
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    };
  }

  /** Whether graphs are evaluated by the cores of this machine. */
  get onProcessor(): boolean {
    return this.#device === 'cpu';
  }

  /** Loads the graph of `role` if it is not. Throws TESSERA_BUNDLE_ROLE if the bundle has none. */
  async load(role: string): Promise<void> {
    await this.#session(role);
  }

  /** One run. Throws TESSERA_GRAPH_FAILED with ONNX Runtime's complaint. */
  async run(
    role: string,
    inputs: Readonly<Record<string, PlainTensor>>,
  ): Promise<Record<string, PlainTensor>> {
    const session = await this.#session(role);
    try {
      const feeds: Record<string, ort.Tensor> = {};
      for (const [name, { type, data, shape }] of Object.entries(inputs))
        feeds[name] = new ort.Tensor(type, data, shape);
      const outputs = Object.entries(await session.run(feeds));
      return Object.fromEntries(outputs.map(([name, tensor]) => [name, plain(tensor)]));
    } catch (cause) {
      throw new TesseraError(
        'TESSERA_GRAPH_FAILED',
        `Graph '${role}' of bundle '${this.bundle.manifest.name}' failed: ${(cause as Error).message}`,
        { field: role, cause },
      );
    }
  }

  #session(role: string): Promise<InferenceSession> {
    let session = this.#sessions.get(role);
    if (!session) {
      session = this.#create(role);
      this.#sessions.set(role, session);
    }
    return session;
  }

  async #create(role: string): Promise<InferenceSession> {
    const { dir, manifest } = this.bundle;
    const graph = manifest.graphs[role];
    if (!graph)
      throw TesseraError.expected(
        'TESSERA_BUNDLE_ROLE',
        `graphs of bundle '${manifest.name}'`,
        role,
        undefined,
      );
    const field = `manifest.json: graphs.${role}`;
    const bytes = await readInnerFile(dir, graph.file, graph.sha256, field);
    try {
      return await ort.InferenceSession.create(bytes, this.#options);
    } catch (cause) {
      const why = (cause as Error).message.trim();
      if (this.#device === 'cpu')
        throw new TesseraError(
          'TESSERA_BAD_BUNDLE',
          `ONNX Runtime cannot load ${graph.file} (${field}.file): ${why}`,
          {
            field: `${field}.file`,
            cause,
          },
        );
      throw new TesseraError(
        'TESSERA_DEVICE_UNAVAILABLE',
        `ONNX Runtime cannot open device '${this.#device}': ${why}`,
        {
          field: 'device',
          cause,
        },
      );
    }
  }
}

function plain({ type, dims, data }: ort.Tensor): PlainTensor {
  return { type, shape: dims, data } as PlainTensor;
}
