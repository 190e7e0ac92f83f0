import { TesseraError } from '@tessera/tiler/device';
import { executionProvider } from '../device/execution-provider.js';
import { countFlops } from '../probe/flops.js';
import { measureRows } from '../probe/measure-rows.js';
import { probeNumerics } from '../probe/numerics.js';
import { warmUp } from '../probe/warm-up.js';
import { decode } from './decode.js';
import { denoise } from './denoise.js';
import { Graphs, isPadded } from './graphs.js';
import type { DeviceCalls, DeviceSettings, DeviceWork } from './protocol.js';
import { serve } from './serve.js';
import { Sessions } from './sessions.js';

// The thread that owns one device: every session lives here, for as long as the thread does.
let settings: DeviceSettings;
const loaded = new Map<string, Graphs>();

function graphsOf(bundle: string): Graphs {
  const graphs = loaded.get(bundle);
  if (!graphs) throw TesseraError.expected('TESSERA_BUNDLE_UNKNOWN', 'bundle', 'a loaded bundle', bundle);
  return graphs;
}

serve<DeviceCalls>(
  {
    async begin(own) {
      settings = own;
      executionProvider(settings.device);
      return { value: undefined };
    },
    async open({ bundle, size }) {
      const graphs = new Graphs(new Sessions(bundle, settings), size);
      const value = await warmUp(graphs.sessions);
      loaded.set(bundle.digest, graphs);
      return { value };
    },
    async resize({ bundle, size }) {
      graphsOf(bundle).size = size;
      return { value: undefined };
    },
    async probe({ bundle, batch }) {
      const graphs = graphsOf(bundle);
      const numerics = await probeNumerics(graphs.sessions);
      // Where the size of a run always matters there is no least: all candidates stand.
      const least = Number.isFinite(numerics.least.denoiser) ? numerics.least.denoiser! : 1;
      const { rows, secondsPerEvaluation } = await measureRows(graphs.sessions, least, batch);
      graphs.size = { rows, least: numerics.least };
      const flops = await countFlops(graphs.sessions.bundle);
      // Where everything depends on the size of a run, only nodes with runs of one size compute the same bytes.
      const digest = isPadded(graphs.size) ? `${numerics.digest}/${rows}` : numerics.digest;
      return { value: { size: graphs.size, secondsPerEvaluation, numerics: digest, flops } };
    },
    async denoise(batch) {
      const value = await denoise(graphsOf(batch.bundle), batch);
      return { value, transfer: [value.x0.buffer, ...(value.x ? [value.x.buffer] : [])] };
    },
    async decode(batch) {
      const value = await decode(graphsOf(batch.bundle), batch);
      return { value, transfer: value.images.flatMap((image) => image?.buffer ?? []) };
    },
    async run({ bundle, role, inputs }) {
      const work: DeviceWork = {};
      const outputs = await graphsOf(bundle).run(role, inputs, work);
      return { value: { outputs, work } };
    },
  },
  ({ code }) => code === 'TESSERA_GRAPH_FAILED',
);
