import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';
import { type Static, Type, Value } from '@tessera/tiler/schema';
import ort from 'onnxruntime-node';
import type { DeviceSettings, ProbeReport } from '../worker/protocol.js';

/** Grows when the probe measures something else, or by other means. */
const FORMAT = 2;

/** A machine is busier one day than the next, and speed is part of what is kept. */
const LASTS_MS = 24 * 3600 * 1000;

/** JSON has no Infinity: `least` is null where the size of a run always matters. */
const Entry = Type.Object({
  measuredAt: Type.Number(),
  rows: Type.Integer({ minimum: 1 }),
  least: Type.Record(Type.String(), Type.Union([Type.Integer({ minimum: 1 }), Type.Null()])),
  secondsPerEvaluation: Type.Number({ exclusiveMinimum: 0 }),
  numerics: Type.String({ minLength: 1 }),
  flops: Type.Record(Type.String(), Type.Number({ minimum: 0 })),
});

/** What a report is about. */
export interface ReportSubject {
  /** Digest of the bundle. */
  readonly bundle: string;
  /** Rows of a run, if they were given. */
  readonly batch: number | undefined;
  /** SHA-256 of what a warm-up evaluation gave just now: bits that differ ask for another measurement. */
  readonly warmUp: string;
}

/** Where reports are kept. */
export type ReportStore = Pick<KeptReports, 'find' | 'keep'>;

/**
 * What the measurement at load found, kept in a folder from one start to the next. An entry counts for the machine, device,
 * threads and software that it was measured with, while a warm-up evaluation gives the same bits, and for a day. One that is damaged is as good as none, and a folder that cannot be written keeps nothing: neither is an error.
 */
export class KeptReports {
  readonly #folder: string | undefined;
  readonly #settings: DeviceSettings;
  readonly #version: string;

  /**
   * Of a device and a version of this software. Without `folder` nothing is kept; nor is it for devices other than `cpu`,
   * whose drivers are not known here.
   */
  constructor(folder: string | undefined, settings: DeviceSettings, version: string) {
    this.#folder = settings.device === 'cpu' ? folder : undefined;
    this.#settings = settings;
    this.#version = version;
  }

  /** The report of a subject, if there is one that counts. */
  async find(subject: ReportSubject): Promise<ProbeReport | undefined> {
    if (this.#folder === undefined) return undefined;
    const entry = parse(await readFile(await this.#path(this.#folder, subject), 'utf8').catch(() => ''));
    if (!entry) return undefined;
    const age = Date.now() - entry.measuredAt;
    return age >= 0 && age < LASTS_MS ? reportOf(entry) : undefined;
  }

  /** Keeps a report; whoever reads meanwhile finds the one before or this one, whole. */
  async keep(subject: ReportSubject, report: ProbeReport): Promise<void> {
    if (this.#folder === undefined) return;
    const path = await this.#path(this.#folder, subject);
    const part = `${path}.${randomUUID()}.part`;
    try {
      await mkdir(this.#folder, { recursive: true });
      await writeFile(part, JSON.stringify(entryOf(report)));
      await rename(part, path);
    } catch {
      await rm(part, { force: true }).catch(() => undefined);
    }
  }

  async #path(folder: string, subject: ReportSubject): Promise<string> {
    const facts = {
      format: FORMAT,
      version: this.#version,
      ...subject,
      ...this.#settings,
      ...(await machine()),
    };
    return join(folder, `probe-${createHash('sha256').update(JSON.stringify(facts)).digest('hex')}.json`);
  }
}

/** What may change the bits or the speed of a CPU's results. */
async function machine(): Promise<object> {
  const cpuinfo = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  return {
    host: hostname(),
    architecture: process.arch,
    cpu: cpus()[0]?.model,
    instructions: /^(flags|Features)\s*:.*$/m.exec(cpuinfo)?.[0],
    runtime: ort.env.versions,
  };
}

function parse(text: string): Static<typeof Entry> | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return Value.Check(Entry, entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function entryOf({ size, ...rest }: ProbeReport): Static<typeof Entry> {
  const least = Object.entries(size.least).map(([role, rows]) => [role, Number.isFinite(rows) ? rows : null]);
  return {
    measuredAt: Date.now(),
    rows: size.rows,
    least: Object.fromEntries(least),
    ...rest,
    flops: { ...rest.flops },
  };
}

function reportOf({ rows, least, secondsPerEvaluation, numerics, flops }: Static<typeof Entry>): ProbeReport {
  const fewest = Object.entries(least).map(([role, count]) => [role, count ?? Number.POSITIVE_INFINITY]);
  return { size: { rows, least: Object.fromEntries(fewest) }, secondsPerEvaluation, numerics, flops };
}
