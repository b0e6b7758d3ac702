/** The ending of an English ordinal number: 1st, 2nd, 3rd, 11th. */
export function ordinal(figures: string, {upper}: {upper: boolean}): string {
  const last = figures.at(-1) ?? '';
  const teen = figures.at(-2) === '1';
  const ending = teen ? 'th' : (ENDINGS[last] ?? 'th');
  return upper ? ending.toUpperCase() : ending;
}

const ENDINGS: Readonly<Record<string, string>> = {1: 'st', 2: 'nd', 3: 'rd'};
