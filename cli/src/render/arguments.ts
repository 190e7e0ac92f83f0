import { TesseraError } from '@tessera/tiler';

/** A bad value of an option: exit code 2, "Expected X for --option but got 'Y'". */
export function badArgument(option: string, expected: string, got: unknown): TesseraError {
  return TesseraError.expected('TESSERA_BAD_ARGUMENT', option, expected, got);
}

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** Parser of a whole number in [lowest, highest]; what a sampler allows is the plan's to say. */
export function integer(
  option: string,
  lowest = 0,
  highest = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  const range = highest === Number.MAX_SAFE_INTEGER ? '' : ` from ${lowest} to ${highest}`;
  return (text) => {
    const value = WHOLE.test(text) ? Number(text) : Number.NaN;
    if (!(value >= lowest && value <= highest)) throw badArgument(option, `a whole number${range}`, text);
    return value;
  };
}

/** Parser of a finite number. */
export function decimal(option: string): (text: string) => number {
  return (text) => {
    const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
    if (!Number.isFinite(value)) throw badArgument(option, 'a number', text);
    return value;
  };
}

/** Parser of one of a few names. */
export function choice<T extends string>(option: string, names: readonly T[]): (text: string) => T {
  return (text) => {
    const found = names.find((name) => name === text);
    if (found === undefined) throw badArgument(option, `one of ${names.join(', ')}`, text);
    return found;
  };
}

/** "WIDTHxHEIGHT" in px. How large a canvas may be is the plan's to say. */
export function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{1,9})x(\d{1,9})$/i.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (!(size.width > 0 && size.height > 0))
    throw badArgument('--size', 'WIDTHxHEIGHT in whole px, such as 4096x4096', text);
  return size;
}

/** A 64-bit unsigned seed. */
export function parseSeed(text: string): bigint {
  const seed = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n;
  if (seed < 0n || seed >= 1n << 64n)
    throw badArgument('--seed', 'a whole number from 0 to 18446744073709551615', text);
  return seed;
}

/** "LOW..HIGH": the part of the steps where the guidance scale applies. */
export function parseInterval(text: string): [number, number] {
  const [low, high, rest] = text.split('..').map((end) => (DECIMAL.test(end) ? Number(end) : Number.NaN));
  if (!(Number.isFinite(low) && Number.isFinite(high)) || rest !== undefined)
    throw badArgument('--guidance-interval', 'LOW..HIGH, such as 0..0.8', text);
  return [low!, high!];
}

/** Steps a guide is ahead of the tile that reads it, or 'all': the level above is finished first. */
export function parseLead(text: string): number | 'all' {
  if (text === 'all') return 'all';
  if (!WHOLE.test(text)) throw badArgument('--lead', "'all' or a whole number of steps", text);
  return Number(text);
}
