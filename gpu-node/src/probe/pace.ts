/** Times slower than measured at load that are worth a word. */
const FAR_BELOW = 3;

/** Evaluations that are compared at a time. */
const WINDOW = 64;

/** Windows that must be slow in a row: one may hold a short stall. */
const WINDOWS = 2;

/** Watches whether a device keeps up the speed it was measured to have at load. */
export class Pace {
  readonly #about: string;
  readonly #secondsPerEvaluation: number;
  #seconds = 0;
  #evaluations = 0;
  #slowWindows = 0;
  #told = false;

  constructor(about: string, secondsPerEvaluation: number) {
    this.#about = about;
    this.#secondsPerEvaluation = secondsPerEvaluation;
  }

  /**
   * Counts denoiser evaluations that took `seconds` of the device. Once they fall far below the measured speed, says so
   * as a process warning TESSERA_SLOW_DEVICE, and not again.
   */
  record(evaluations: number, seconds: number): void {
    if (this.#told) return;
    this.#seconds += seconds;
    this.#evaluations += evaluations;
    if (this.#evaluations < WINDOW) return;
    const times = this.#seconds / this.#evaluations / this.#secondsPerEvaluation;
    this.#seconds = 0;
    this.#evaluations = 0;
    this.#slowWindows = times < FAR_BELOW ? 0 : this.#slowWindows + 1;
    if (this.#slowWindows < WINDOWS) return;
    this.#told = true;
    process.emitWarning(
      `${this.#about} computes ${times.toFixed(1)} times slower than measured at load. Another process may hold its ` +
        'cores: fewer threads are then faster.',
      { type: 'TesseraWarning', code: 'TESSERA_SLOW_DEVICE' },
    );
  }
}
