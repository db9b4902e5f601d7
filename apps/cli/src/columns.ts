import { plain } from './output.js';

/** As wide as the widest; the last one as it is. */
export function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) =>
    row
      .map((cell, at) => (at === row.length - 1 ? plain(cell) : plain(cell).padEnd(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
