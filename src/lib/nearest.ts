/**
 * The name among `names` that a reader most likely meant by `name`: the one fewest edits
 * away, letter case and separators aside. None, when even that one is another word.
 */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const wanted = folded(name);
  let best: string | undefined;
  let bestEdits = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of names) {
    const known = folded(candidate);
    if (Math.abs(known.length - wanted.length) >= bestEdits) continue;
    const edits = editDistance(wanted, known);
    if (edits >= bestEdits) continue;
    best = candidate;
    bestEdits = edits;
  }
  return best;
}

const folded = (name: string): string => name.toLowerCase().replace(/[_\-. ]/g, '');

/** The longest name that is compared; what is longer is no misspelling of ours. */
const LENGTH_MAX = 100;

/** Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`. */
export function editDistance(a: string, b: string): number {
  if (a.length > LENGTH_MAX || b.length > LENGTH_MAX) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({length: b.length + 1}, (_, column) => column);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row[j] = Math.min(
        row[j - 1]! + 1,
        last[j]! + 1,
        last[j - 1]! + (same ? 0 : 1),
        swapped ? beforeLast[j - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length]!;
}
