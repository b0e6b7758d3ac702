import {expect} from 'vitest';
import {identicalRows} from '../../src/data/compare.ts';
import type {Delta, Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Row, Value} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import type {BinaryOperator, Operator} from '../../src/query/operators/operator.ts';

/** Rows by key: what a delta's edits add up to. */
export type Rows = ReadonlyMap<Key, Row>;

const SEEDS = 100;
const STEPS = 20;

/**
 * The laws of every operator. After any history, all it has said adds up to what
 * recomputing from scratch says now; each edit starts from the row that its key has then,
 * and changes it; and when all rows below are gone, it remembers nothing.
 *
 * `recompute` is the oracle: plain, slow, written without a look at the operator. It
 * answers rows, or rows by key where identity is part of what is promised.
 */
export function expectIncremental(
  operator: () => Operator,
  recompute: (rows: Rows) => Rows | readonly Row[],
  options: HistoryOptions = {},
): void {
  expectLaws(
    1,
    () => {
      const running = operator();
      return {push: ([delta]) => running.push(delta ?? []), size: () => running.size};
    },
    ([rows]) => recompute(rows ?? new Map()),
    options,
  );
}

/** The same laws over two collections that change in the same steps. */
export function expectIncrementalJoin(
  operator: () => BinaryOperator,
  recompute: (left: Rows, right: Rows) => Rows | readonly Row[],
  options: HistoryOptions = {},
): void {
  expectLaws(
    2,
    () => {
      const running = operator();
      return {
        push: ([left, right]) => running.push(left ?? [], right ?? []),
        size: () => running.size,
      };
    },
    ([left, right]) => recompute(left ?? new Map(), right ?? new Map()),
    options,
  );
}

export interface HistoryOptions {
  /** A row of the history. Unless told: [1 2 3 or null, 10 20 or null, '' x y or null]. */
  readonly row?: (pick: Pick) => Row;
}

export type Pick = <T>(from: readonly T[]) => T;

interface Running {
  push(deltas: readonly Delta[]): Delta;
  size(): number;
}

/** The laws over `width` collections; each history is new, and told when a law breaks. */
export function expectLaws(
  width: number,
  start: () => Running,
  recompute: (inputs: readonly Rows[]) => Rows | readonly Row[],
  {row = fewValues}: HistoryOptions = {},
): void {
  for (let seed = 1; seed <= SEEDS; seed++) {
    const next = random(seed);
    const running = start();
    const inputs = Array.from({length: width}, () => new Map<Key, Row>());
    const output = new Map<Key, Row>();
    const history: string[] = [];
    const told = (): string => `seed ${seed}\n${history.join('\n')}`;
    for (let step = 0; step <= STEPS; step++) {
      const deltas = inputs.map((input) =>
        step < STEPS ? randomDelta(next, input, row) : emptied(input),
      );
      history.push(deltas.map(deltaText).join('   ||   '));
      for (const [i, delta] of deltas.entries()) fold(delta, inputs[i]!, told);
      fold(running.push(deltas), output, told);
      const expected = recompute(inputs);
      const [is, shall] =
        expected instanceof Map
          ? [byKey(output), byKey(expected)]
          : [bag(output.values()), bag(expected as readonly Row[])];
      if (is.join() !== shall.join()) expect(is, told()).toEqual(shall);
    }
    expect(running.size(), `${told()}\nrows remembered of an empty input`).toBe(0);
  }
}

/** Applies edits in order, and holds each to what an edit promises. */
export function fold(delta: Delta, rows: Map<Key, Row>, told: () => string = () => ''): void {
  for (const edit of delta) {
    const {key, before, after} = edit;
    const held = rows.get(key);
    const starts = before && held ? identicalRows(before, held) : before === held;
    const changes = before && after ? !identicalRows(before, after) : before !== after;
    if (!starts || !changes) {
      const why = changes ? `starts not from ${held && rowText(held)}` : 'changes nothing';
      expect.fail(`${told()}\nedit ${deltaText([edit])} ${why}`);
    }
    if (after) rows.set(key, after);
    else rows.delete(key);
  }
}

/** One to four edits; keys come back after they went, and one key may be edited twice. */
function randomDelta(next: () => number, input: Rows, row: (pick: Pick) => Row): Delta {
  const pick: Pick = (from) => from[Math.floor(next() * from.length)]!;
  const present = new Map(input);
  const edits: Edit[] = [];
  for (let i = Math.floor(next() * 4); i >= 0; i--) {
    const key = pick([1, 2, 3, 4, 5, 6]);
    const before = present.get(key);
    const after = before && next() < 0.4 ? undefined : row(pick);
    if (before && after && identicalRows(before, after)) continue;
    edits.push({key, before, after});
    if (after) present.set(key, after);
    else present.delete(key);
  }
  return edits;
}

const emptied = (input: Rows): Delta =>
  [...input].map(([key, before]) => ({key, before, after: undefined}));

const fewValues = (pick: Pick): Row => [
  pick([1, 2, 3, null]),
  pick([10, 20, null]),
  pick(['', 'x', 'y', null]),
];

const bag = (rows: Iterable<Row>): readonly string[] => Array.from(rows, rowText).sort();

const byKey = (rows: Rows): readonly string[] =>
  Array.from(rows, ([key, row]) => `${key}: ${rowText(row)}`).sort();

const rowText = (row: Row): string => `(${row.map(valueText).join(', ')})`;

function valueText(value: Value): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return Object.is(value, -0) ? '-0' : String(value);
}

const deltaText = (delta: Delta): string =>
  delta
    .map(
      ({key, before, after}) =>
        `${key}: ${before ? rowText(before) : 'none'} → ${after ? rowText(after) : 'none'}`,
    )
    .join('; ');
