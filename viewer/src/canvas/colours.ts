/** Red, green, blue, alpha, 0..255. */
export type Colour = readonly [number, number, number, number];

/** From nothing done to all but done: dark violet, rose, pale. What is finished is left clear. */
const STOPS: readonly Colour[] = [
  [38, 20, 92, 215],
  [106, 44, 140, 195],
  [190, 66, 128, 175],
  [243, 150, 140, 150],
  [253, 226, 190, 115],
];

/** Colour of a tile that has made a fraction of its steps, 0..1. */
export function stepColour(fraction: number): Colour {
  if (fraction >= 1) return [0, 0, 0, 0];
  const at = Math.max(0, fraction) * (STOPS.length - 1);
  const [from, to] = [STOPS[Math.floor(at)]!, STOPS[Math.min(Math.floor(at) + 1, STOPS.length - 1)]!];
  const mix = at - Math.floor(at);
  return from.map((value, i) => Math.round(value + (to[i]! - value) * mix)) as unknown as Colour;
}

/** Colours of the ramp for a legend, as a CSS gradient. */
export const STEP_GRADIENT = `linear-gradient(90deg, ${STOPS.map((stop) => css([...stop.slice(0, 3), 255] as unknown as Colour)).join(', ')})`;

/** Told apart by most who see colours differently (after Okabe and Ito), and beside H&E. */
const NODES: readonly (readonly [number, number, number])[] = [
  [0, 114, 178],
  [230, 159, 0],
  [0, 158, 115],
  [213, 94, 0],
  [86, 180, 233],
  [204, 121, 167],
  [240, 228, 66],
  [90, 90, 110],
];

/** Colour of a node by its number; they repeat after eight. */
export function nodeColour(node: number, alpha = 255): Colour {
  const [red, green, blue] = NODES[node % NODES.length]!;
  return [red, green, blue, alpha];
}

/** As CSS writes it. */
export function css([red, green, blue, alpha]: Colour): string {
  return `rgb(${red} ${green} ${blue} / ${(alpha / 255).toFixed(3)})`;
}
