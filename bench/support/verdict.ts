/** What a bench found out: the answer to its question, beside what was to be reached. */
export interface Verdict {
  readonly question: string;
  /** A ratio to the floor of the same run, unless it has a unit. */
  readonly figure: number;
  readonly unit?: string;
  readonly goal?: {readonly kind: 'at most' | 'at least'; readonly value: number};
}

/** A line for who reads along. */
export const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Says it, and tells it to `bench/run.ts` where that started the bench. */
export function verdict(one: Verdict): void {
  say(`=> ${verdictCells(one).join('  ')}`);
  process.send?.(one);
}

/** Question, figure, goal and whether that was reached, for a table. */
export function verdictCells({question, figure, unit, goal}: Verdict): readonly string[] {
  const shown = `${figure.toFixed(2)}${unit ? ` ${unit}` : ''}`;
  if (!goal) return [question, shown, '', ''];
  const reached = goal.kind === 'at most' ? figure <= goal.value : figure >= goal.value;
  return [question, shown, `${goal.kind} ${goal.value}`, reached ? 'reached' : 'missed'];
}

export function isVerdict(said: unknown): said is Verdict {
  return typeof said === 'object' && said !== null && 'question' in said && 'figure' in said;
}

/** The middle of the figures of several runs. */
export function middle(figures: readonly number[]): number {
  return part(figures, 0.5);
}

/** The figure that so large a part of them does not exceed. */
export function part(figures: readonly number[], share: number): number {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
