import type { TransferListItem } from 'node:worker_threads';
import { TesseraError } from '@tessera/tiler/device';
import PQueue from 'p-queue';
import type { Bundle } from '../bundle/open-bundle.js';
import type { ReportStore } from '../probe/kept-reports.js';
import { type DeviceThread, launchThread } from './launch.js';
import type { DeviceCalls, DeviceSettings, ProbeReport, RunSize } from './protocol.js';

/** The thread computes one call while the next lies ready. */
const IN_FLIGHT = 2;

/** Calls that may wait; further ones are refused, for the caller to go elsewhere. */
const MOST_WAITING = 64;

/**
 * One device and the thread that owns it. When the thread dies, or a graph fails, everything pending is rejected with a
 * coded error and a new thread is started, which loads and warms up the bundles again.
 */
export class Device {
  readonly #settings: DeviceSettings;
  readonly #bundles: { bundle: Bundle; size: RunSize }[] = [];
  readonly #queue = new PQueue({ concurrency: IN_FLIGHT });
  readonly #onReady: (ready: boolean, reason?: TesseraError) => void;
  #thread: Promise<DeviceThread>;
  #closed = false;

  private constructor(
    settings: DeviceSettings,
    onReady: (ready: boolean, reason?: TesseraError) => void,
    thread: DeviceThread | undefined,
  ) {
    this.#settings = settings;
    this.#onReady = onReady;
    this.#thread = this.#launch(thread);
  }

  /**
   * Starts the thread, or takes over one that was started for it. `onReady` is told when the device stops, with the reason, and
   * starts again to be of use. Throws TESSERA_DEVICE_UNAVAILABLE if there is no such execution provider.
   */
  static async start(
    settings: DeviceSettings,
    onReady: (ready: boolean, reason?: TesseraError) => void,
    thread?: DeviceThread,
  ): Promise<Device> {
    const device = new Device(settings, onReady, thread);
    await device.#thread;
    return device;
  }

  /** Loads, warms up and measures a bundle, unless `kept` has what was measured; `batch` fixes the rows of a run. */
  async load(bundle: Bundle, batch: number | undefined, kept?: ReportStore): Promise<ProbeReport> {
    const thread = await this.#thread;
    const { digest } = bundle;
    const warmUp = await thread.call('open', { bundle, size: { rows: batch ?? 1, least: {} } });
    const subject = { bundle: digest, batch, warmUp };
    const found = await kept?.find(subject);
    if (found) await thread.call('resize', { bundle: digest, size: found.size });
    const report = found ?? (await thread.call('probe', { bundle: digest, batch }));
    if (!found) await kept?.keep(subject, report);
    this.#bundles.push({ bundle, size: report.size });
    return report;
  }

  /**
   * Asks the thread, after the calls before. `signal` takes a call back that has not begun. Rejects with the thread's
   * coded error, TESSERA_WORKER_DIED if it ends meanwhile, TESSERA_NODE_UNAVAILABLE if too many calls wait,
   * TESSERA_CANCELLED.
   */
  async call<N extends 'denoise' | 'decode' | 'run'>(
    name: N,
    request: DeviceCalls[N]['request'],
    transfer: readonly TransferListItem[],
    signal: AbortSignal,
  ): Promise<DeviceCalls[N]['reply']> {
    if (this.#queue.size >= MOST_WAITING)
      throw new TesseraError('TESSERA_NODE_UNAVAILABLE', `${MOST_WAITING} calls wait for the device already`);
    return this.#queue.add(async () => {
      if (signal.aborted)
        throw new TesseraError('TESSERA_CANCELLED', 'The caller gave up before the call began');
      const thread = await this.#live();
      return thread.call(name, request, transfer);
    });
  }

  /** Waits for the calls that have begun and those that wait, then ends the thread. */
  async close(): Promise<void> {
    await this.#queue.onIdle();
    this.#closed = true;
    const thread = await this.#thread.catch(() => undefined);
    await thread?.terminate('the node closed');
  }

  /** The thread; if the last start failed, another try. */
  #live(): Promise<DeviceThread> {
    const current = this.#thread;
    return current.catch(() => {
      if (this.#thread === current) this.#thread = this.#launch();
      return this.#thread;
    });
  }

  async #launch(thread = launchThread()): Promise<DeviceThread> {
    thread.ref();
    try {
      await thread.call('begin', this.#settings);
      for (const loaded of this.#bundles) await thread.call('open', loaded);
    } catch (error) {
      await thread.terminate('it did not start');
      throw error;
    }
    void thread.ended.then((reason) => this.#relaunch(reason));
    this.#onReady(true);
    return thread;
  }

  #relaunch(reason: TesseraError): void {
    if (this.#closed) return;
    this.#onReady(false, reason);
    this.#thread = this.#launch();
    // If that fails the next call tries again, and gets the cause.
    this.#thread.catch(() => {});
  }
}
