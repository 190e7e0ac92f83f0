/** A batch that a node has worked on. */
export interface Span {
  readonly node: string;
  /** Level of the pyramid; undefined for work that belongs to none. */
  readonly level: number | undefined;
  /** Milliseconds since 1970, on the coordinator's clock. */
  readonly from: number;
  readonly to: number;
}

/** What a node has done, oldest first, neighbours of one level that touch joined. */
export interface Lane {
  readonly node: string;
  readonly spans: readonly Span[];
  /** Busy part of the time shown, 0..1. */
  readonly busy: number;
}

/** Spans closer than this are one on any screen, ms. */
const JOIN = 5;

/** Most spans kept of a node: the oldest go first. */
const KEPT = 5000;

/** Activity of nodes as it is reported, batch by batch and in any order between nodes. */
export class Activity {
  readonly #lanes = new Map<string, Span[]>();
  #from = Number.POSITIVE_INFINITY;
  #to = Number.NEGATIVE_INFINITY;

  /** Oldest and newest moment known, ms; equal if there is none. */
  get range(): { from: number; to: number } {
    return this.#from > this.#to ? { from: 0, to: 0 } : { from: this.#from, to: this.#to };
  }

  add(span: Span): void {
    const lane = this.#lanes.get(span.node) ?? [];
    this.#lanes.set(span.node, lane);
    const last = lane.at(-1);
    if (
      last !== undefined &&
      last.level === span.level &&
      span.from - last.to < JOIN &&
      span.from >= last.from
    )
      lane[lane.length - 1] = { ...last, to: Math.max(last.to, span.to) };
    else lane.push(span);
    if (lane.length > KEPT) lane.splice(0, lane.length - KEPT);
    this.#from = Math.min(this.#from, span.from);
    this.#to = Math.max(this.#to, span.to);
  }

  /** By name; what lies between two moments. */
  lanes(from: number, to: number): Lane[] {
    return [...this.#lanes]
      .sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
      .map(([node, all]) => {
        const spans = all.filter((span) => span.to >= from && span.from <= to);
        return { node, spans, busy: covered(spans, from, to) / Math.max(1, to - from) };
      });
  }
}

/** Time covered by spans, each moment once: a node may have two batches in flight. */
function covered(spans: readonly Span[], from: number, to: number): number {
  let [sum, end] = [0, from];
  for (const span of [...spans].sort((a, b) => a.from - b.from)) {
    const begin = Math.max(span.from, end);
    const stop = Math.min(span.to, to);
    if (stop <= begin) continue;
    sum += stop - begin;
    end = stop;
  }
  return sum;
}
