import { Farm, type RenderReport, renderOnFarm } from '@tessera/coordinator';
import {
  LossyBus,
  MemoryPicture,
  MemoryState,
  type NodeSpec,
  SIMULATED_DIGEST,
  SIMULATED_GRID,
  SIMULATED_IMAGE_BYTES,
  type SimulatedJob,
  SimulatedNode,
  simulatedPlan,
  VirtualClock,
} from '@tessera/coordinator/simulation';
import { CoordinatorMetrics } from '../metrics/coordinator-metrics.js';
import { Exposition } from '../metrics/exposition.js';

const NODE: NodeSpec = {
  name: 'node',
  bundle: SIMULATED_DIGEST,
  imageBytes: SIMULATED_IMAGE_BYTES,
  secondsPerTile: 0.01,
  batch: 1,
  latency: 0,
  lost: 0,
  fails: 0,
  lies: 0,
  crashes: 0,
  restart: 0,
};

const JOB: SimulatedJob = { width: 150, height: 120, steps: 3, sampler: 'ddim', lead: 0, fusion: 'overlap' };

/** One job on nodes that take 10 ms a tile, on a clock of its own, with a coordinator's metrics. */
export class SimulatedFarm {
  readonly clock = new VirtualClock();
  readonly exposition = new Exposition({ version: '0', role: 'coordinator' });
  readonly state = new MemoryState();
  readonly bus: LossyBus;
  readonly #farm: Farm;
  readonly #nodes: readonly SimulatedNode[];
  #ended = false;

  /** Faults end after `faultsEnd` seconds and are drawn from `random`; the first `lost` fetches of frames find nothing. */
  constructor(
    nodes: Partial<NodeSpec> | readonly Partial<NodeSpec>[] = {},
    { faultsEnd = 0, random = 0, lost = 0 } = {},
  ) {
    const { clock } = this;
    let left = lost;
    this.bus = new LossyBus(() => left-- > 0);
    const metrics = new CoordinatorMetrics(this.exposition, () => clock.now());
    this.#farm = new Farm({ clock, elastic: true, observer: metrics });
    metrics.watch(this.#farm);
    this.#nodes = [nodes]
      .flat()
      .map((node) => new SimulatedNode({ ...NODE, ...node }, clock, () => random, this.bus, faultsEnd));
  }

  /** Lets the job run; `at` is called once the clock shows so many seconds. */
  async run(
    job: Partial<SimulatedJob>,
    { checkpointSeconds = 1000, barrier = false } = {},
    at?: { readonly seconds: number; readonly look: () => Promise<void> },
  ): Promise<RenderReport> {
    const joined = Promise.all(this.#nodes.map((node) => this.#farm.pool.add(node)));
    await this.clock.runUntil(() => this.#farm.nodes.length === this.#nodes.length, 10);
    await joined;
    const picture = new MemoryPicture(undefined);
    const rendering = renderOnFarm(
      {
        id: 'simulated',
        plan: simulatedPlan({ ...JOB, ...job }),
        bundle: SIMULATED_DIGEST,
        grid: SIMULATED_GRID,
        openOutput: async () => picture,
        state: this.state,
        checkpointSeconds,
        barrier,
      },
      { nodes: [], bus: this.bus, version: '0' },
      this.#farm,
    );
    rendering.finally(() => {
      this.#ended = true;
    });
    if (at !== undefined) {
      let passed = false;
      this.clock.after(at.seconds, () => {
        passed = true;
      });
      await this.clock.runUntil(() => passed, 100);
      await at.look();
    }
    await this.clock.runUntil(() => this.#ended, 1000);
    this.#farm.close();
    return await rendering;
  }
}
