import type { Image } from './image.js';

/**
 * Mean |gradient| across tile borders over that elsewhere: 1 where borders cannot be seen. `columns` and `rows` are the
 * first pixels after a border (1 or more).
 */
export function seamRatio(image: Image, columns: ReadonlySet<number>, rows: ReadonlySet<number>): number {
  const border = { sum: 0, count: 0 };
  const elsewhere = { sum: 0, count: 0 };
  const { width, height, data } = image;
  for (let row = 0; row < 3 * height; row++) {
    const y = row % height;
    for (let x = 0; x < width; x++) {
      const value = data[row * width + x]!;
      if (x > 0) add(columns.has(x) ? border : elsewhere, value - data[row * width + x - 1]!);
      if (y > 0) add(rows.has(y) ? border : elsewhere, value - data[(row - 1) * width + x]!);
    }
  }
  return border.sum / border.count / (elsewhere.sum / elsewhere.count);
}

/** Where tiles of `side` px at `starts` begin or end inside a canvas of `length` px. */
export function borders(starts: readonly number[], side: number, length: number): Set<number> {
  return new Set(starts.flatMap((start) => [start, start + side]).filter((px) => px > 0 && px < length));
}

function add(mean: { sum: number; count: number }, gradient: number): void {
  mean.sum += Math.abs(gradient);
  mean.count++;
}
