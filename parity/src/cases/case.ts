import type { Recorded } from '../pack/recorded.js';
import type { Environment } from '../run/environment.js';

/** One output of a run beside what was recorded. */
export interface Output {
  readonly actual: ArrayLike<number>;
  readonly expected: ArrayLike<number>;
  /** Differences count in units of what was expected. */
  readonly relative?: boolean;
}

/** How each output, named as in `tolerance`, is made. Nothing runs before it is asked for. */
export type Outputs = Readonly<Record<string, () => Promise<Output> | Output>>;

/** How one kind of case is run. `Settings` is what a deliberate mistake may change of a run. */
export interface ParityCase<Settings> {
  /** Settings of the recorded run, from the case's `params`. */
  settings(recorded: Recorded): Settings;
  outputs(recorded: Recorded, settings: Settings, environment: Environment): Outputs;
  /** The mistakes of `sensitivity`, by `change`, that other settings can make. */
  readonly mistakes: Readonly<Record<string, (settings: Settings) => Settings>>;
}

/** A case whose settings are its own business. */
export interface AnyCase {
  /** Outputs of the right run, or with a deliberate mistake. */
  outputs(recorded: Recorded, environment: Environment, mistake?: string): Outputs;
  /** Whether the harness can make that mistake. */
  canMake(mistake: string): boolean;
}

/** Hides the settings' type. */
export function defineCase<Settings>(definition: ParityCase<Settings>): AnyCase {
  return {
    outputs(recorded, environment, mistake) {
      const right = definition.settings(recorded);
      const settings = mistake === undefined ? right : definition.mistakes[mistake]!(right);
      return definition.outputs(recorded, settings, environment);
    },
    canMake: (mistake) => Object.hasOwn(definition.mistakes, mistake),
  };
}
