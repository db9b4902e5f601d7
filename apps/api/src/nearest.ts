/** The name nearest to a misspelt one, or undefined when none is within a third of its length (at least one edit). */
export function nearest(name: string, names: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of names) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Names that begin like this one, hold it or are close to it, the closest first. */
export function nearestOf(name: string, names: readonly string[], limit: number): readonly string[] {
  const wanted = name.toLowerCase();
  const ranked = names.map((candidate) => {
    const other = candidate.toLowerCase();
    return { candidate, distance: other.includes(wanted) ? 0 : editDistance(wanted, other) };
  });
  const near = ranked.filter(({ distance }) => distance <= Math.max(1, Math.floor(name.length / 3)));
  const sorted = near.sort((a, b) => a.distance - b.distance || (a.candidate < b.candidate ? -1 : 1));
  return sorted.slice(0, limit).map(({ candidate }) => candidate);
}

/** Longest name that is compared: the table is names × length. */
const MAX_COMPARED = 64;

function editDistance(a: string, b: string): number {
  if (a.length > MAX_COMPARED) return Infinity;
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(replaced, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    above = current;
  }
  return above[b.length] ?? Infinity;
}
