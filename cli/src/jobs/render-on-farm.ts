import { createHash, randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { CoordinatorConnection, RenderReport } from '@tessera/coordinator';
import { type Job, JobState } from '@tessera/proto';
import { formatOf, TesseraError } from '@tessera/tiler';
import { resolveSettings, valuesOf } from '../config/resolve.js';
import { checkOutputs, type Outputs } from '../output/outputs.js';
import { fileError } from '../output/writable.js';
import { badArgument } from '../render/arguments.js';
import type { RenderOptions } from '../render/options.js';
import { sayResults, writeReport } from '../render/results.js';
import { type Call, type ClientSettings, withCoordinator } from './connect.js';
import { submit } from './submit.js';
import { watchToEnd } from './watch.js';

/** What decides how this process works has nothing to decide there. */
const OF_THIS_PROCESS = ['threads', 'batch', 'barrier', 'saveGrid'] as const;

/**
 * `tessera render --coordinator`: has a farm make the picture and writes it here. The job's key is made of what is asked for and of where it
 * goes, so that the same command finds its job again, whatever ended it. Throws the errors of `checkOutputs`, `submit` and
 * `watchToEnd`; TESSERA_CANCELLED on Ctrl-C: the job goes on.
 */
export async function renderOnFarm(options: RenderOptions): Promise<void> {
  for (const name of OF_THIS_PROCESS)
    if (options[name] !== undefined)
      throw badArgument(`--${name.replace('G', '-g')}`, 'nothing with --coordinator', options[name]);
  const outputs = await checkOutputs(options);
  if (outputs.format === 'dzi')
    throw badArgument('--out', 'a picture that is one file with --coordinator', options.out);
  const flags = { coordinator: options.coordinator! };
  const resolved = resolveSettings('client', { flags, environment: process.env, file: undefined });
  await withCoordinator(valuesOf(resolved) as ClientSettings, async (coordinator, call) => {
    const job = await submitted(coordinator, options, outputs, call);
    const say = (text: string) => void (options.json || process.stderr.write(`${text}\n`));
    say(`Job ${job.id}; after Ctrl-C it goes on, and the same command comes back to it`);
    const done = await watchToEnd(coordinator, job.id, options.json ?? false, call.signal);
    await fetchPicture(coordinator, done, outputs.picture, call.signal);
    const report = JSON.parse(done.report) as RenderReport;
    await writeReport(outputs, report);
    sayResults(options.json ?? false, outputs, report);
  });
}

/** The job of this command: a new one, or the one that it was before, unless that failed or was cancelled. */
async function submitted(
  coordinator: CoordinatorConnection,
  options: RenderOptions,
  { picture }: Outputs,
  call: Call,
): Promise<Job> {
  const { size, seed, out: _out, force, report: _report, json: _json, ...asked } = options;
  const named = { ...asked, size, seed: String(seed), picture };
  const key = force ? randomUUID() : createHash('sha256').update(JSON.stringify(named)).digest('hex');
  const request = { ...options, format: formatName(picture) };
  const job = await submit(coordinator, { ...request, key }, call);
  if (job.state !== JobState.FAILED && job.state !== JobState.CANCELLED) return job;
  return await submit(coordinator, { ...request, key: randomUUID() }, call);
}

/** The formats of a coordinator are named as files end. */
function formatName(picture: string): string {
  const format = formatOf(picture);
  return format === 'svs' || format === 'ome' ? `${format}.tif` : format;
}

/** Under another name until it is whole. */
async function fetchPicture(
  coordinator: CoordinatorConnection,
  { id }: Job,
  picture: string,
  signal: AbortSignal,
): Promise<void> {
  const partial = `${picture}.new`;
  try {
    await writeFile(partial, coordinator.picture(id, signal));
    await rename(partial, picture);
  } catch (error) {
    await rm(partial, { force: true }).catch(() => undefined);
    throw error instanceof TesseraError ? error : fileError(error, '--out', picture);
  }
}
