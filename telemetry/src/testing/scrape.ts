import type { Exposition } from '../metrics/exposition.js';

/** What `/metrics` says, by series as they are written: `tessera_nodes{state="ready"}`. */
export async function scrape(exposition: Exposition): Promise<ReadonlyMap<string, number>> {
  return parseSeries(await exposition.text());
}

/** Series and values of Prometheus' text format. */
export function parseSeries(text: string): Map<string, number> {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ [^ ]*$/, ''), Number(line.replace(/^.* /, ''))]));
}
