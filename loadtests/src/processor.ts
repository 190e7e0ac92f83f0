import { readFile } from 'node:fs/promises';

/** Linux counts processor time in hundredths of a second. */
const TICKS = 100;

/** Seconds of processor time that a process has used (Linux: fields 14 and 15 of /proc/PID/stat, proc(5)). */
export async function processorSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field is a name in brackets, which may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Cores that each of some processes kept busy while `work` ran, with what it gave. */
export async function coresOf<Name extends string, T>(
  pids: Readonly<Record<Name, number>>,
  work: () => Promise<T>,
): Promise<{ result: T; cores: Record<Name, number> }> {
  const names = Object.keys(pids) as Name[];
  const used = () => Promise.all(names.map((name) => processorSeconds(pids[name])));
  const [before, start] = [await used(), performance.now()];
  const result = await work();
  const [after, seconds] = [await used(), (performance.now() - start) / 1000];
  const cores = names.map((name, i) => [name, (after[i]! - before[i]!) / seconds]);
  return { result, cores: Object.fromEntries(cores) as Record<Name, number> };
}
