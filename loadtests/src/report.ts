import type { LoadResult } from './run-profile.js';

const round = (value: number) => Number(value.toPrecision(3)).toString();

/** A result as a page of Markdown tables. */
export function markdown(
  name: string,
  { control, slowReaders, tensors, memory, wallSeconds, capacity }: LoadResult,
): string {
  const rows = control.scenarios.map(
    ({ scenario, calls, median, p99, failedChecks, dropped }) =>
      `| ${scenario} | ${calls} | ${round(median)} | ${round(p99)} | ${failedChecks} | ${dropped} |`,
  );
  return `# Load test \`${name}\`: thresholds ${control.kept ? 'kept' : '**missed**'}

Control plane, ${round(wallSeconds)} s:

| scenario | checks | median, ms | p99, ms | failed | dropped |
|---|---:|---:|---:|---:|---:|
${rows.join('\n')}
${watchedLine(control.watched)}
| | |
|---|---|
| coordinator's memory | at most ${round(memory.peakMiB)} MiB, ${round(memory.slopeMiBPerMinute)} MiB a minute after warm-up; minute by minute ${memory.minutesMiB.map(Math.round).join(', ')} |
| watchers of one job | ${slowReaders.watchers}, of which ${slowReaders.slow} did not read: ${slowReaders.toldOfEnd} were told of the end; memory grew by ${round(slowReaders.grewMiB)} MiB |
| tensor plane | ${round(tensors.tileStepsPerSecond)} tile-steps/s, ${tensors.callers} callers, ${tensors.tilesPerCall} tiles a call; median ${round(tensors.median)} ms, p99 ${round(tensors.p99)} ms; ${tensors.failed} failed |
${capacityTable(capacity)}`;
}

function watchedLine(watched: LoadResult['control']['watched']): string {
  if (watched === undefined) return '';
  const took = `took ${round(watched.median)}, p99 ${round(watched.p99)}`;
  return `
\`watch\`: ms from the end of a job until its watcher is told. Their calls, whole jobs that came at once, ${took}.
`;
}

function capacityTable(steps: LoadResult['capacity']): string {
  if (steps.length === 0) return '';
  const names = Object.keys(steps[0]!.cores);
  const rows = steps.map(({ rate, median, p99, dropped, kept, cores }) => {
    const busy = names.map((name) => ` ${round(cores[name]!)} |`).join('');
    return `| ${rate} | ${round(median)} | ${round(p99)} | ${dropped} |${busy} ${kept ? 'kept' : '**missed**'} |`;
  });
  return `
Submits alone, ever more; the processes by cores that they keep busy:

| submits/s | median, ms | p99, ms | dropped | ${names.join(' | ')} | |
|---:|---:|---:|---:|${names.map(() => '---:|').join('')}---|
${rows.join('\n')}
`;
}
