/**
 * Guidance scale of step `step` of `steps`: `scale` inside the interval, else 1 (off). The interval is a pair of
 * fractions of the sampling, 0..1, read as diffusers reads `control_guidance_start` and `control_guidance_end`: a step
 * counts if it lies inside as a whole. Kynkäänniemi et al. (2024) show why one may want that.
 */
export function scaleAt(
  step: number,
  steps: number,
  scale: number,
  interval: readonly [number, number],
): number {
  return step / steps < interval[0] || (step + 1) / steps > interval[1] ? 1 : scale;
}
