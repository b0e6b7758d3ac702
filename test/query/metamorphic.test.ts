import {beforeAll, expect, test} from 'vitest';
import {consolidate, type Delta, type Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import {rowJson} from '../../src/data/row-json.ts';
import type {TableId} from '../../src/data/schema.ts';
import type {Row} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {compile} from '../../src/query/compile.ts';
import type {RunningQuery} from '../../src/query/query.ts';
import {catalogOf} from './cypher/running.ts';

/**
 * What must come out alike, whatever it is: relations between two runs of a query, for which
 * nobody has to know the answer. `SEED=n` runs one history.
 */
const catalog = catalogOf({n: 'id int4, x int4, y numeric, s text', m: 'id int4, x int4, n int4'}, [
  {id: 'R', keys: ['n', 'm'].map((label) => ({label, property: label === 'n' ? 'id' : 'n'}))},
]);
const {SEED} = process.env;
const seeds = SEED ? [Number(SEED)] : Array.from({length: 15}, (_, i) => i + 1);
beforeAll(loadSqlParser);

/** A query with a place for its condition, and for the name of its first column. */
interface Query {
  readonly text: (condition: string, name: string) => string;
  readonly conjuncts: readonly [string, string];
}

const QUERIES: Readonly<Record<string, Query>> = {
  'Cypher: rows of a join': {
    text: (where, name) =>
      `MATCH (n:n)-[:R]->(m:m) WHERE ${where} RETURN n.id AS ${name}, m.id AS m, n.y * 2 AS y`,
    conjuncts: ['n.x > 1', "m.x <> 2 OR n.s = 'a'"],
  },
  'Cypher: rows that may be alone, grouped': {
    text: (where, name) =>
      `MATCH (n:n) WHERE ${where} OPTIONAL MATCH (n)--(m:m) WITH n.x AS ${name}, count(m) AS ms, sum(n.y) AS total WHERE ms < 3 RETURN ${name}, ms, total`,
    conjuncts: ['n.x IS NOT NULL', 'NOT (n)-[:R]->(:m {x: 3})'],
  },
  'Cypher: nodes of two tables, paths beside them': {
    text: (where, name) =>
      `MATCH (n:n|m) WHERE ${where} OPTIONAL MATCH p = (n)-[:R*0..2]-(o) RETURN n.id AS ${name}, labels(n) AS l, length(p) AS steps, o.id AS o`,
    conjuncts: ['n.x < 3', 'n.id <> 2'],
  },
  'Cypher: the first three': {
    text: (where, name) =>
      `MATCH (n:n) WHERE ${where} RETURN n.id AS ${name}, n.x AS x ORDER BY n.y DESC, n.id LIMIT 3`,
    conjuncts: ['n.id > 1', 'n.x > 1'],
  },
  'GQL: groups, then groups of them': {
    text: (where, name) =>
      `MATCH (n:n) LET z = n.x + 1 FILTER ${where} RETURN z, max(n.y) AS most GROUP BY z NEXT RETURN z AS ${name}, count(*) AS k GROUP BY z`,
    conjuncts: ['z > 2', "n.s <> 'b'"],
  },
  'SQL: an outer join': {
    text: (where, name) =>
      `SELECT n.id AS ${name}, m.id AS m, n.x + m.x AS z FROM n LEFT JOIN m ON m.n = n.id AND m.x > 1 WHERE ${where}`,
    conjuncts: ['n.x > 1', 'n.id NOT IN (SELECT x FROM m WHERE x IS NOT NULL)'],
  },
  'SQL: groups, having, distinct': {
    text: (where, name) =>
      `SELECT x AS ${name}, count(DISTINCT s) AS s, avg(y) AS y, min(s) AS least FROM n WHERE ${where} GROUP BY x HAVING count(*) > 1`,
    conjuncts: ['id > 1', 'EXISTS (SELECT 1 FROM m WHERE m.n = n.id)'],
  },
  'SQL: union, window, order': {
    text: (where, name) =>
      `SELECT id AS ${name}, row_number() OVER (PARTITION BY x ORDER BY id) AS r FROM n WHERE ${where} UNION SELECT id, x FROM m WHERE x > 1`,
    conjuncts: ['x > 0', 'y < 3'],
  },
};

const names = Object.keys(QUERIES);
const start = (text: string): RunningQuery => compile(text, {language: undefined, catalog});

function written(name: string, condition?: string, column = 'c'): string {
  const {text, conjuncts} = QUERIES[name]!;
  return text(condition ?? `(${conjuncts[0]}) AND (${conjuncts[1]})`, column);
}

type Changes = ReadonlyMap<TableId, Delta>;

/** A client's copy of a result. */
class Fold {
  readonly rows = new Map<Key, Row>();
  readonly query: RunningQuery;

  constructor(query: RunningQuery) {
    this.query = query;
  }

  push(changes: Changes): Delta {
    const about = {kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime: 0} as const;
    const delta = this.query.push({...about, changes});
    for (const {key, after} of delta) {
      if (after) this.rows.set(key, after);
      else this.rows.delete(key);
    }
    return delta;
  }

  /** The rows without their identities, and without the columns' names. */
  get bag(): readonly string[] {
    const {columns} = this.query;
    const json = rowJson(columns.map((one, i) => ({...one, name: String(i)})));
    return [...this.rows.values()].map(json).sort();
  }
}

/** Transactions by chance over rows that collide: several edits, in both tables. */
function history(seed: number): {readonly transactions: readonly Changes[]} {
  const next = random(seed);
  const pick = <T>(...from: readonly T[]): T => from[Math.floor(next() * from.length)]!;
  const small = (): number | null => pick(1, 2, 3, null);
  const made: Readonly<Record<string, (id: number) => Row>> = {
    'public.n': (id) => [id, small(), small(), pick('a', 'b', null)],
    'public.m': (id) => [id, small(), small()],
  };
  const held = new Map(Object.keys(made).map((table) => [table, new Map<Key, Row>()]));
  const transactions = Array.from({length: 12}, () => {
    const changes = new Map<TableId, Edit[]>();
    for (let i = 0; i < pick(1, 2, 4); i++) {
      const table = pick('public.n', 'public.m');
      const rows = held.get(table)!;
      const id = pick(1, 2, 3, 4, 5);
      const before = rows.get(id);
      const after = before && next() < 0.4 ? undefined : made[table]!(id);
      if (after) rows.set(id, after);
      else rows.delete(id);
      changes.set(table, [...(changes.get(table) ?? []), {key: id, before, after}]);
    }
    return new Map([...changes].map(([table, edits]) => [table, consolidate(edits)]));
  });
  return {transactions};
}

/** Two transactions as one: the net of both. */
function together(first: Changes, second: Changes): Changes {
  const tables = new Set([...first.keys(), ...second.keys()]);
  return new Map(
    [...tables].map((table) => [
      table,
      consolidate([...(first.get(table) ?? []), ...(second.get(table) ?? [])]),
    ]),
  );
}

/** Each edit as a transaction of its own. */
const apart = (changes: Changes): readonly Changes[] =>
  [...changes].flatMap(([table, edits]) => edits.map((edit) => new Map([[table, [edit]]])));

const message = (seed: number, step: number): string => `SEED=${seed}, transaction ${step}`;

function forEachHistory(run: (transactions: readonly Changes[], seed: number) => void): void {
  for (const seed of seeds) run(history(seed).transactions, seed);
}

test.each(names)('%s: a transaction in pieces folds to the same', (name) => {
  forEachHistory((transactions, seed) => {
    const [whole, pieces] = [new Fold(start(written(name))), new Fold(start(written(name)))];
    for (const [step, changes] of transactions.entries()) {
      whole.push(changes);
      for (const piece of apart(changes)) pieces.push(piece);
      expect(pieces.bag, message(seed, step)).toEqual(whole.bag);
    }
  });
});

test.each(names)('%s: two transactions in one fold to the same', (name) => {
  forEachHistory((transactions, seed) => {
    const [each, pairs] = [new Fold(start(written(name))), new Fold(start(written(name)))];
    for (let step = 0; step + 1 < transactions.length; step += 2) {
      const [first, second] = [transactions[step]!, transactions[step + 1]!];
      each.push(first);
      each.push(second);
      pairs.push(together(first, second));
      expect(pairs.bag, message(seed, step)).toEqual(each.bag);
    }
  });
});

test.each(names)('%s: what comes and goes leaves all as it was', (name) => {
  forEachHistory((transactions, seed) => {
    const fold = new Fold(start(written(name)));
    for (const [step, changes] of transactions.entries()) {
      fold.push(changes);
      const before = {bag: fold.bag, size: fold.query.size};
      const edit = (table: TableId, came: boolean): readonly [TableId, Delta] => {
        const row: Row = table === 'public.n' ? [9, 3, 2, 'a'] : [9, 3, 1];
        return [
          table,
          [
            came
              ? {key: 9, before: undefined, after: row}
              : {key: 9, before: row, after: undefined},
          ],
        ];
      };
      for (const came of [true, false]) {
        fold.push(new Map([...changes.keys()].map((table) => edit(table, came))));
      }
      expect({bag: fold.bag, size: fold.query.size}, message(seed, step)).toEqual(before);
    }
  });
});

test.each(names)('%s: the same query twice says the same', (name) => {
  forEachHistory((transactions, seed) => {
    const [one, other] = [new Fold(start(written(name))), new Fold(start(written(name)))];
    for (const [step, changes] of transactions.entries()) {
      expect(other.push(changes), message(seed, step)).toEqual(one.push(changes));
    }
  });
});

test.each(names)('%s: conjuncts in another order, and AND true, say the same', (name) => {
  const [a, b] = QUERIES[name]!.conjuncts;
  const others = [`(${b}) AND (${a})`, `(${a}) AND (${b}) AND true`, `true AND (${b}) AND (${a})`];
  forEachHistory((transactions, seed) => {
    const one = new Fold(start(written(name)));
    const same = others.map((condition) => new Fold(start(written(name, condition))));
    for (const [step, changes] of transactions.entries()) {
      one.push(changes);
      for (const [i, other] of same.entries()) {
        other.push(changes);
        expect(other.bag, `${message(seed, step)}, ${others[i]}`).toEqual(one.bag);
      }
    }
  });
});

test.each(names)('%s: another name for a column changes the name, and nothing else', (name) => {
  forEachHistory((transactions, seed) => {
    const one = new Fold(start(written(name)));
    const other = new Fold(start(written(name, undefined, 'renamed')));
    expect(other.query.columns.map((column) => column.name)[0]).toBe('renamed');
    for (const [step, changes] of transactions.entries()) {
      expect(other.push(changes), message(seed, step)).toEqual(one.push(changes));
    }
  });
});

test.each(names)('%s: a restart in the middle changes no fold', (name) => {
  forEachHistory((transactions, seed) => {
    const straight = new Fold(start(written(name)));
    const tables = new Map<TableId, Map<Key, Row>>();
    let restarted = new Fold(start(written(name)));
    for (const [step, changes] of transactions.entries()) {
      straight.push(changes);
      restarted.push(changes);
      for (const [table, edits] of changes) {
        const rows = tables.get(table) ?? new Map<Key, Row>();
        for (const {key, after} of edits) {
          if (after) rows.set(key, after);
          else rows.delete(key);
        }
        tables.set(table, rows);
      }
      if (step % 3 === seed % 3) {
        // Operators hold nothing of before: all they know is the rows as they are now.
        restarted = new Fold(start(written(name)));
        const rows = [...tables].map(([table, held]): [TableId, Delta] => [
          table,
          [...held].map(([key, after]) => ({key, before: undefined, after})),
        ]);
        restarted.push(new Map(rows));
      }
      expect(restarted.bag, message(seed, step)).toEqual(straight.bag);
    }
  });
});
