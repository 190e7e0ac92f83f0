/** A length that a scale bar shows. */
export interface ScaleBar {
  /** Its width on the screen, CSS px. */
  readonly width: number;
  /** Its length as text: `50 µm`, `2 mm`; px where the picture has no physical size. */
  readonly text: string;
}

/**
 * The longest of 1, 2, 5, 10, 20 ... that is at most `most` wide on the screen.
 *
 * @param metersPerPixel of a pixel of the picture; undefined where that is unknown
 * @param zoom screen px (CSS) for each pixel of the picture, above 0
 * @param most CSS px
 */
export function scaleBar(metersPerPixel: number | undefined, zoom: number, most: number): ScaleBar {
  const unit = (metersPerPixel === undefined ? 1 : metersPerPixel * 1e6) / zoom;
  const length = roundBelow(most * unit);
  return { width: length / unit, text: metersPerPixel === undefined ? pixels(length) : micrometres(length) };
}

function roundBelow(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [5, 2, 1].find((step) => step * power <= value * (1 + 1e-9)) ?? 1;
  return factor * power;
}

function micrometres(length: number): string {
  if (length >= 1e6) return `${plain(length / 1e6)} m`;
  if (length >= 1e4) return `${plain(length / 1e4)} cm`;
  if (length >= 1e3) return `${plain(length / 1e3)} mm`;
  if (length >= 1) return `${plain(length)} µm`;
  return `${plain(length * 1e3)} nm`;
}

function pixels(length: number): string {
  return `${plain(length)} px`;
}

function plain(value: number): string {
  return `${Number(value.toPrecision(3))}`;
}
