import { readFile, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { TesseraError } from '@tessera/tiler';

/** Who writes an output. */
interface Holder {
  pid: number;
  host: string;
  /** When that process started, as the kernel counts: a number may be given to another process later. */
  started?: string;
}

/**
 * Takes the lock file, so that two processes do not write one output, and resolves to what gives it back. A lock whose
 * process is gone is taken over; one of another machine only with `force`. Throws TESSERA_OUTPUT_BUSY.
 */
export async function takeLock(path: string, force: boolean): Promise<() => Promise<void>> {
  const mine: Holder = { pid: process.pid, host: hostname(), ...(await startOf(process.pid)) };
  for (;;) {
    try {
      await writeFile(path, JSON.stringify(mine), { flag: 'wx' });
      return () => rm(path, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const holder = await readHolder(path);
    if (holder !== undefined && (await isBusy(holder, force))) throw busy(path, holder);
    await rm(path, { force: true });
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

async function isBusy(holder: Holder, force: boolean): Promise<boolean> {
  if (holder.host !== hostname()) return !force;
  const { started } = await startOf(holder.pid);
  if (started !== undefined) return started === holder.started;
  try {
    process.kill(holder.pid, 0);
    return holder.pid !== process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Start of a process by /proc/<pid>/stat (proc(5), field 22), where there is such a thing. */
async function startOf(pid: number): Promise<{ started?: string }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  const started = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  return started === undefined ? {} : { started };
}

function busy(path: string, { pid, host }: Holder): TesseraError {
  return new TesseraError(
    'TESSERA_OUTPUT_BUSY',
    `Expected an output that no other process writes for --out but process ${pid} on ${host} has ${path}`,
    { field: '--out' },
  );
}
