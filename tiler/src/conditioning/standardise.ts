/**
 * Standardises every vector of a grid E,... (any number of positions after the channels) over its channels:
 * (v - mean) / std with n - 1 (algorithm.md, "Model"). A vector without variance becomes zeros, as does the only
 * channel of E = 1. Returns `out`, which may be `grid` itself.
 */
export function standardise(
  grid: Float32Array,
  channels: number,
  out: Float32Array = new Float32Array(grid.length),
): Float32Array {
  const positions = grid.length / channels;
  for (let position = 0; position < positions; position++) {
    let sum = 0;
    for (let i = position; i < grid.length; i += positions) sum += grid[i]!;
    const mean = sum / channels;
    let squares = 0;
    for (let i = position; i < grid.length; i += positions) squares += (grid[i]! - mean) * (grid[i]! - mean);
    const std = Math.sqrt(squares / (channels - 1));
    const scale = std > 0 ? 1 / std : 0;
    for (let i = position; i < grid.length; i += positions) out[i] = (grid[i]! - mean) * scale;
  }
  return out;
}
