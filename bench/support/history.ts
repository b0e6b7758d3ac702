import type {Delta, Edit} from '../../src/data/delta.ts';
import type {Row} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import {dataflow} from '../../src/query/dataflow.ts';
import type {Plan} from '../../src/query/plan.ts';

/** What one step changes, by table. */
export type Changes = ReadonlyMap<string, Delta>;

/** An update of a single row. */
export interface Update {
  readonly table: string;
  readonly edit: Edit;
}

export interface HistoryOptions {
  readonly rows: number;
  readonly groups: number;
  readonly updates: number;
  readonly seed: number;
  /** How many of the rows are updated, the last that came; all, unless told. */
  readonly hot?: number;
}

/** Rows `[id, group, value]`, inserted; and updates of their values, each of another value. */
export function history(
  table: string,
  {rows, groups, updates, seed, hot = rows}: HistoryOptions,
): {readonly initial: Delta; readonly updates: readonly Update[]} {
  const next = random(seed);
  const held: Row[] = [];
  for (let id = 0; id < rows; id++) held.push([id, id % groups, Math.floor(next() * 1000)]);
  const initial: Delta = held.map((after, key) => ({key, before: undefined, after}));
  const edits = Array.from({length: updates}, () => {
    const key = rows - 1 - Math.floor(next() * hot);
    const before = held[key] as Row;
    const after: Row = [before[0] ?? null, before[1] ?? null, ((before[2] as number) + 7) % 1000];
    held[key] = after;
    return {table, edit: {key, before, after}};
  });
  return {initial, updates: edits};
}

/** Updates in steps of a size. A row that a step updates twice is one edit, as in a commit. */
export function stepsOf(updates: readonly Update[], size: number): Changes[] {
  const steps: Changes[] = [];
  for (let at = 0; at < updates.length; at += size) {
    const changes = new Map<string, Map<Edit['key'], Edit>>();
    for (const {table, edit} of updates.slice(at, at + size)) {
      const edits = changes.get(table) ?? new Map<Edit['key'], Edit>();
      const earlier = edits.get(edit.key);
      edits.set(edit.key, earlier ? {...edit, before: earlier.before} : edit);
      changes.set(table, edits);
    }
    steps.push(new Map([...changes].map(([table, edits]) => [table, [...edits.values()]])));
  }
  return steps;
}

/**
 * A plan that runs, told of steps as the service tells it. Of what it answers each key is
 * read, as a result set does: the key of a pair is written only then.
 */
export function engine(plan: Plan): (changes: Changes) => Delta {
  const flow = dataflow(plan);
  const read: {key: Edit['key']} = {key: ''};
  return (changes) => {
    const delta = flow.push({
      kind: 'stream',
      sourceId: 'bench',
      lsn: 0n,
      xid: 0,
      commitTime: 0,
      changes,
    });
    for (let i = 0; i < delta.length; i++) read.key = delta[i]!.key;
    return delta;
  };
}

export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length / 2)] ?? Number.NaN;
}
