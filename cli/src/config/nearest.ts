import { TesseraError } from '@tessera/tiler';
import { closest, distance } from 'fastest-levenshtein';

/** The name that was likely meant, or undefined if none is like it. */
function nearest(name: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const found = closest(name, known);
  return distance(name, found) <= Math.max(2, name.length / 3) ? found : undefined;
}

/** Throws TESSERA_BAD_ARGUMENT if `name` is none of the known ones. `place` is where it stands. */
export function refuseUnknown(name: string, known: readonly string[], place: string): void {
  if (known.includes(name)) return;
  const meant = nearest(name, known);
  const hint = meant === undefined ? `; there are ${known.join(', ')}` : `; did you mean ${meant}?`;
  throw new TesseraError('TESSERA_BAD_ARGUMENT', `Unknown key '${name}' in ${place}${hint}`, { field: name });
}
