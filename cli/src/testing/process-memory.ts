import { readFile } from 'node:fs/promises';

/** Resident memory of a process, MiB (Linux: `VmRSS` of /proc). */
export async function residentMiB(pid: number): Promise<number> {
  return await statusMiB(pid, 'VmRSS');
}

/** The most that a process ever had in memory, MiB (Linux: `VmHWM` of /proc). */
export async function peakMiB(pid: number): Promise<number> {
  return await statusMiB(pid, 'VmHWM');
}

async function statusMiB(pid: number, field: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
}
