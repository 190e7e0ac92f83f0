import type { CapacitySearch } from './capacity.js';
import type { ControlLoad } from './control-plane.js';
import type { TensorLoad } from './tensor-plane.js';

/** One kind of load test, by the name that `npm run loadtest -- NAME` takes. */
export interface Profile {
  readonly about: string;
  readonly nodes: number;
  readonly control: ControlLoad;
  /** Watchers of one job at a time, half of which do not read. */
  readonly slowReaders: number;
  readonly tensors: TensorLoad;
  /** Seconds before memory is expected to be flat. */
  readonly warmUp: number;
  /** Searched at the end; not at all if left out. */
  readonly capacity?: CapacitySearch;
}

export const PROFILES = {
  short: {
    about: 'part of npm test: everything once, thresholds that only a hang misses',
    nodes: 1,
    control: { seconds: 5, submits: 5, cancels: 5, lists: 5, http: 2, watchers: 10, p99: 10_000 },
    slowReaders: 20,
    tensors: { seconds: 2, callers: 2, tilesPerCall: 4 },
    warmUp: 2,
  },
  full: {
    about:
      'storms of submits, cancels and lists, 200 watchers, 200 readers of one job, then ever more submits: four minutes',
    nodes: 1,
    control: { seconds: 60, submits: 10, cancels: 20, lists: 10, http: 5, watchers: 200, p99: 500 },
    slowReaders: 200,
    tensors: { seconds: 20, callers: 2, tilesPerCall: 16 },
    warmUp: 20,
    capacity: { rates: [20, 40, 60, 80, 120, 160, 240, 320], seconds: 10, p99: 500 },
  },
  soak: {
    about: 'a moderate load for 15 minutes: memory must stay flat',
    nodes: 1,
    control: { seconds: 900, submits: 2, cancels: 2, lists: 1, http: 1, watchers: 20, p99: 1000 },
    slowReaders: 200,
    tensors: { seconds: 60, callers: 2, tilesPerCall: 16 },
    // At five jobs a second the coordinator has as many to remember as it may after some 200 s.
    warmUp: 300,
  },
} as const satisfies Record<string, Profile>;

export type ProfileName = keyof typeof PROFILES;
