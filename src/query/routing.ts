import {flat} from '../data/compare.ts';
import type {Delta, Edit} from '../data/delta.ts';
import type {Key} from '../data/key.ts';
import type {TableId} from '../data/schema.ts';
import {elementOf} from '../data/text-array.ts';
import type {Row, Value} from '../data/value.ts';
import type {Expression} from './expression.ts';
import {valueKey} from './operators/keys.ts';
import {conjunctsOf, equalityOf, sameKeys} from './optimise-expression.ts';
import type {Plan} from './plan.ts';

/**
 * Finds, for a transaction, the queries that can care, and of its edits those they can
 * care about. Queries that ask for `column = constant` (or IN) right above a table share
 * one index by column and value: ten thousand of them cost two lookups an edit.
 *
 * A query that is not named has nothing to do: its result cannot change.
 */
export interface Router<Query> {
  add(query: Query, plan: Plan): void;
  remove(query: Query): void;
  /** What each query is to be pushed, for the changes of a transaction; each is named once. */
  route(changes: ReadonlyMap<TableId, Delta>): readonly Routed<Query>[];
}

/** Queries that are to be pushed the same. */
export interface Routed<Query> {
  readonly queries: readonly Query[];
  readonly changes: ReadonlyMap<TableId, Delta>;
}

/** The queries that read one table. */
interface Readers<Query> {
  readonly all: Set<Query>;
  /** All of them, where they have not changed since it was made. */
  list?: readonly Query[] | undefined;
  /** By column and the type it is compared as, by the value's key. */
  readonly byColumn: Map<string, ColumnIndex<Query>>;
}

interface ColumnIndex<Query> {
  readonly keyOf: (row: Row) => Key | undefined;
  readonly queries: Map<Key, Set<Query>>;
}

const NOBODY: readonly never[] = [];

export function router<Query>(): Router<Query> {
  const tables = new Map<TableId, Readers<Query>>();
  const removals = new Map<Query, (() => void)[]>();

  function readersOf(table: TableId): Readers<Query> {
    const held: Readers<Query> = tables.get(table) ?? {all: new Set(), byColumn: new Map()};
    tables.set(table, held);
    return held;
  }

  function enter(set: Set<Query>, query: Query, forget: () => void): () => void {
    set.add(query);
    return () => {
      set.delete(query);
      if (set.size === 0) forget();
    };
  }

  function addWhole(query: Query, readers: Readers<Query>): () => void {
    readers.list = undefined;
    const leave = enter(readers.all, query, () => {});
    return () => {
      readers.list = undefined;
      leave();
    };
  }

  function addPoint(query: Query, {table, column, keyOf, keys}: PointRead): (() => void)[] {
    const {byColumn} = readersOf(table);
    const index = byColumn.get(column) ?? {keyOf, queries: new Map<Key, Set<Query>>()};
    byColumn.set(column, index);
    return keys.map((key) => {
      const set = index.queries.get(key) ?? new Set();
      index.queries.set(key, set);
      return enter(set, query, () => {
        index.queries.delete(key);
        if (index.queries.size === 0) byColumn.delete(column);
      });
    });
  }

  /** As most transactions are: whoever reads the whole table is given what there is. */
  function routedOfOne(changes: ReadonlyMap<TableId, Delta>): readonly Routed<Query>[] {
    const [[table, delta]] = changes as unknown as readonly [readonly [TableId, Delta]];
    const readers = tables.get(table);
    if (!readers) return NOBODY;
    readers.list ??= [...readers.all];
    const {list: queries} = readers;
    const whole: readonly Routed<Query>[] = queries.length > 0 ? [{queries, changes}] : NOBODY;
    if (readers.byColumn.size === 0) return whole;
    const routed = [...whole];
    for (const [query, edits] of pointEdits(readers, delta)) {
      if (readers.all.has(query)) continue;
      routed.push({queries: [query], changes: new Map([[table, edits]])});
    }
    return routed;
  }

  return {
    add(query, plan) {
      const undo = readsOf(plan).flatMap((read) =>
        read.kind === 'point' ? addPoint(query, read) : [addWhole(query, readersOf(read.table))],
      );
      removals.set(query, undo);
    },
    remove(query) {
      for (const undo of removals.get(query) ?? []) undo();
      removals.delete(query);
    },
    route(changes) {
      if (changes.size === 1) return routedOfOne(changes);
      const routed = new Map<Query, Map<TableId, Delta>>();
      for (const [table, delta] of changes) {
        const readers = tables.get(table);
        if (!readers) continue;
        const points = pointEdits(readers, delta);
        for (const query of readers.all) tablesOf(routed, query).set(table, delta);
        for (const [query, edits] of points) {
          if (!readers.all.has(query)) tablesOf(routed, query).set(table, edits);
        }
      }
      return Array.from(routed, ([query, its]) => ({queries: [query], changes: its}));
    },
  };
}

function tablesOf<Query>(
  routed: Map<Query, Map<TableId, Delta>>,
  query: Query,
): Map<TableId, Delta> {
  const held = routed.get(query) ?? new Map<TableId, Delta>();
  routed.set(query, held);
  return held;
}

function pointEdits<Query>({byColumn}: Readers<Query>, delta: Delta): Map<Query, Edit[]> {
  const found = new Map<Query, Edit[]>();
  for (const edit of delta) {
    for (const {keyOf, queries} of byColumn.values()) {
      const before = edit.before && keyOf(edit.before);
      const after = edit.after && keyOf(edit.after);
      if (before !== undefined) give(found, edit, queries.get(before));
      if (after !== undefined && after !== before) give(found, edit, queries.get(after));
    }
  }
  return found;
}

/** Gives each query the edit, once: it may have asked for both of its values. */
function give<Query>(
  found: Map<Query, Edit[]>,
  edit: Edit,
  queries: ReadonlySet<Query> | undefined,
): void {
  for (const query of queries ?? []) {
    const edits = found.get(query);
    if (!edits) found.set(query, [edit]);
    else if (edits.at(-1) !== edit) edits.push(edit);
  }
}

interface PointRead {
  readonly kind: 'point';
  readonly table: TableId;
  /** The column's position, and the type whose keys are written. */
  readonly column: string;
  readonly keyOf: (row: Row) => Key | undefined;
  readonly keys: readonly Key[];
}

type Read = PointRead | {readonly kind: 'all'; readonly table: TableId};

/** How a plan reads its tables; a table that it reads twice, it may read in two ways. */
function readsOf(plan: Plan): readonly Read[] {
  switch (plan.kind) {
    case 'scan':
      return [{kind: 'all', table: plan.table}];
    case 'values':
    case 'working':
      return [];
    case 'filter': {
      const {input} = plan;
      const isTable = input.kind === 'scan' && input.of === undefined;
      const point = isTable ? pointRead(input.table, plan.predicate) : undefined;
      return point ? [point] : readsOf(input);
    }
    case 'join':
      return [...readsOf(plan.left), ...readsOf(plan.right)];
    case 'union':
    case 'intersect':
    case 'except':
      return plan.inputs.flatMap(readsOf);
    case 'recursive':
      return [...readsOf(plan.base), ...readsOf(plan.step)];
    default:
      return readsOf(plan.input);
  }
}

/** The first condition that names the values a row must have in one column. */
function pointRead(table: TableId, predicate: Expression): PointRead | undefined {
  for (const conjunct of conjunctsOf(predicate)) {
    const points = pointsOf(conjunct);
    const [first] = points ?? [];
    if (!points || !first) continue;
    const {index, type} = first;
    const write = valueKey(type);
    const keyOf = (row: Row): Key | undefined => {
      const value = row[index] ?? null;
      return value === null ? undefined : write(value);
    };
    const keys = points.flatMap(({value}) => (value === null ? [] : [write(value)]));
    return {kind: 'point', table, column: `${index} ${type.kind}`, keyOf, keys};
  }
  return undefined;
}

interface Point {
  readonly index: number;
  readonly type: Expression['type'];
  readonly value: Value;
}

/** `column = constant`; several of one column joined by OR, as SQL's IN is; or a list. */
function pointsOf(condition: Expression): readonly Point[] | undefined {
  if (condition.kind === 'or') {
    const all = condition.args.map(pointsOf);
    const points = all.flatMap((some) => some ?? []);
    const [first] = points;
    const alike = points.every(
      ({index, type}) => index === first?.index && type.kind === first.type.kind,
    );
    return all.every((some) => some !== undefined) && alike ? points : undefined;
  }
  const equality = equalityOf(condition);
  if (!equality) return listPoints(condition);
  const [column, constant] =
    equality.left.kind === 'column'
      ? [equality.left, equality.right]
      : [equality.right, equality.left];
  if (column.kind !== 'column' || constant.kind !== 'literal') return undefined;
  return [{index: column.index, type: column.type, value: constant.value}];
}

/** openCypher's `column IN [constants]`, and SQL's `column = ANY (constants)`. */
function listPoints(condition: Expression): readonly Point[] | undefined {
  if (condition.kind !== 'call') return undefined;
  const [column, list] = condition.args;
  if (column?.kind !== 'column' || list?.kind !== 'literal' || !Array.isArray(list.value)) {
    return undefined;
  }
  const {index, type} = column;
  const {name} = condition.function;
  const isIn = name === 'in' && type.kind === 'any';
  const isAny = name === '= any' && type.kind !== 'array' && sameKeys(type, elementOf(list.type));
  if (!isIn && !isAny) return undefined;
  const values: readonly Value[] = isIn ? list.value : flat(list.value);
  return values.map((value) => ({index, type, value}));
}
