/** Of the highest: what is there at all can be seen. */
const LOWEST = 0.08;

/** Bars as an SVG path, each in a field one wide, the highest one high, with nothing where the count is 0. */
export function barsPath(counts: readonly number[]): string {
  const most = Math.max(...counts);
  return counts
    .flatMap((count, at) => (count > 0 ? [`M${at + 0.1} 1V${(1 - Math.max(LOWEST, count / most)).toFixed(3)}h.8V1z`] : []))
    .join('');
}
