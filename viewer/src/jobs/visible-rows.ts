/** The rows of a long list that are in sight, with a few beyond either edge. */
export interface VisibleRows {
  /** First row that is drawn. */
  readonly first: number;
  /** The row after the last one that is drawn. */
  readonly end: number;
}

/**
 * Which of `count` rows of `height` px to draw when `scrolled` px lie above the window of `shown` px; `beyond` rows more
 * on either side so that a quick scroll finds some.
 */
export function visibleRows(
  count: number,
  height: number,
  scrolled: number,
  shown: number,
  beyond = 6,
): VisibleRows {
  const first = Math.max(0, Math.floor(scrolled / height) - beyond);
  const end = Math.min(count, Math.ceil((scrolled + shown) / height) + beyond);
  return { first: Math.min(first, end), end };
}
