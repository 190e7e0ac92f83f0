import type { TesseraError } from '@tessera/tiler';
import type { Clock } from '../dispatch/clock.js';
import type { BatchObserver, RunObserver, TakenBatch } from '../observe/observer.js';
import type { JobRun } from '../run/job-run.js';
import type { PassRun } from '../run/pass-run.js';
import type { DenoiseTask, Task } from '../run/task-queue.js';
import type { EventLog } from './event-log.js';
import { around, type Region, regionOfTile } from './region.js';

/** Seconds between two reports of what has changed. */
const REPORT_SECONDS = 0.1;
/** Regions of a report; where there are more, one around all of a level says enough. */
const MOST_REGIONS = 64;
/** Spans that are kept for the timeline of who comes late. */
const MOST_SPANS = 2000;

/** A batch that a node has answered. */
export interface BatchSpan {
  readonly node: string;
  readonly kind: 'denoise' | 'decode';
  readonly level: number;
  readonly step: number;
  readonly tiles: readonly number[];
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly endedAt: number;
  readonly failed: boolean;
}

/** A part of the picture that shows a step more. */
interface ChangedRegion extends Region {
  readonly level: number;
  readonly step: number;
}

/** One run as those see it who watch the picture: what changes where, who works on what. Told of by the run itself. */
export class LiveRun implements RunObserver {
  readonly run: JobRun;
  readonly log: EventLog;
  /** Names of nodes, in the order in which they were first seen. */
  readonly nodes: string[] = [];
  readonly #lastNode = new Map<number, Uint16Array>();
  readonly #clock: Clock;
  #spans: BatchSpan[] = [];
  #regions: ChangedRegion[] = [];
  #untold: BatchSpan[] = [];
  #reporting = false;

  readonly #onEnd: (well: boolean) => void;

  /** `onEnd` is called once the run is over, and told whether it has made what it was to make. */
  constructor(run: JobRun, log: EventLog, clock: Clock, onEnd: (well: boolean) => void) {
    this.#onEnd = onEnd;
    this.run = run;
    this.log = log;
    this.#clock = clock;
  }

  /** Passes of the pyramid, finest first; without the post-pass, which works on the finest canvas. */
  get passes(): readonly PassRun[] {
    const { passes, plan } = this.run;
    return passes.filter(({ planned }) => planned !== plan.postPass).reverse();
  }

  /** The newest batches, oldest first. */
  get spans(): readonly BatchSpan[] {
    return this.#spans;
  }

  /** For each tile of a level the node that denoised it last, as its number in `nodes` plus 1; 0: none yet. */
  lastNode(pass: PassRun): Uint16Array {
    const { index, lattice } = pass.level;
    let known = this.#lastNode.get(index);
    if (known === undefined) {
      known = new Uint16Array(lattice.count);
      this.#lastNode.set(index, known);
    }
    return known;
  }

  batch({ kind, tasks, node }: TakenBatch): BatchObserver {
    const startedAt = Date.now();
    const ended = (failed: boolean) => {
      const tiles = tasks.map((task) => (task.kind === 'frame' ? task.frame : task.tile));
      const first = tasks[0]!;
      const level = first.kind === 'pixels' ? 0 : first.pass.level.index;
      const step = first.kind === 'pixels' ? this.#lastStep : first.step;
      this.#span({ node: node.name, kind, level, step, tiles, startedAt, endedAt: Date.now(), failed });
    };
    return {
      headers: () => ({}),
      sent: nothing,
      answered: nothing,
      framePublished: nothing,
      applied: () => {
        for (const task of tasks) this.#applied(task, node.name);
        ended(false);
      },
      failed: () => ended(true),
    };
  }

  tileStep({ pass, step, tile }: DenoiseTask): void {
    const { index, magnification } = pass.level;
    const pixels = this.#pixelsOf(magnification.scale);
    // Shifted tiles lie elsewhere at every step.
    this.#changed({ level: index, step, ...regionOfTile(pass.latticeAt(step), tile, pixels) });
  }

  readonly awaitsGuide = nothing;
  readonly queued = nothing;
  readonly window = nothing;
  readonly frameLost = nothing;
  readonly failed = nothing;
  readonly saved = nothing;
  readonly written = nothing;

  ended(error: TesseraError | undefined): void {
    this.#report();
    this.#onEnd(error === undefined);
  }

  get #lastStep(): number {
    return this.run.plan.passes[0]!.plan.steps;
  }

  /** Pixels of the picture that one latent position of a level spans. */
  #pixelsOf(scale: number): number {
    const { settings, manifest } = this.run.plan;
    return (scale / settings.scale) * manifest.tile.downsample;
  }

  #applied(task: Task, node: string): void {
    if (task.kind === 'denoise') {
      const last = this.lastNode(task.pass);
      if (task.tile < last.length) last[task.tile] = this.#numberOf(node) + 1;
    } else if (task.kind === 'pixels') {
      const pixels = this.#pixelsOf(this.run.plan.settings.scale);
      const region = regionOfTile(this.run.pixels!.lattice, task.tile, pixels);
      this.#changed({ level: 0, step: this.#lastStep, ...region });
    }
  }

  #numberOf(node: string): number {
    const known = this.nodes.indexOf(node);
    return known >= 0 ? known : this.nodes.push(node) - 1;
  }

  #span(span: BatchSpan): void {
    this.#spans.push(span);
    if (this.#spans.length > 1.5 * MOST_SPANS) this.#spans = this.#spans.slice(-MOST_SPANS);
    this.#untold.push(span);
    this.#reportSoon();
  }

  #changed(region: ChangedRegion): void {
    this.#regions.push(region);
    this.#reportSoon();
  }

  #reportSoon(): void {
    if (this.#reporting) return;
    this.#reporting = true;
    this.#clock.after(REPORT_SECONDS, () => this.#report());
  }

  #report(): void {
    this.#reporting = false;
    const at = Date.now();
    if (this.#regions.length > 0) this.log.add('changed', { at, regions: fewer(this.#regions) });
    if (this.#untold.length > 0) this.log.add('spans', { at, spans: this.#untold });
    this.#regions = [];
    this.#untold = [];
  }
}

/** The regions, or one for each level and step where there are too many. */
function fewer(regions: readonly ChangedRegion[]): readonly ChangedRegion[] {
  if (regions.length <= MOST_REGIONS) return regions;
  const groups = new Map<number, ChangedRegion[]>();
  for (const region of regions) {
    const key = region.level * 65_536 + region.step;
    groups.set(key, [...(groups.get(key) ?? []), region]);
  }
  return [...groups.values()].map((group) => ({
    level: group[0]!.level,
    step: group[0]!.step,
    ...around(group),
  }));
}

function nothing(): void {}
