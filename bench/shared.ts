import process from 'node:process';
import type {QueryConfig} from '../src/config/config.ts';
import type {Key} from '../src/data/key.ts';
import type {Table} from '../src/data/schema.ts';
import {INT4} from '../src/data/type.ts';
import type {Row} from '../src/data/value.ts';
import {definitionOf} from '../src/pipeline/definition.ts';
import {liveQuery} from '../src/pipeline/live-query.ts';
import {sourceQueries} from '../src/pipeline/source-queries.ts';
import {loadSqlParser} from '../src/pipeline/sql-parser.ts';
import {history, median} from './support/history.ts';

/**
 * What do queries cost that have most of their work in common? 100 queries over one join
 * and its groups (`WHERE n > constant` above them, which no group reaches) against 2 of
 * them, and against 100 that have nothing in common because each groups rows that it
 * selects by another condition, true of all.
 *
 * CPU time of an update of one row from the router to the answers (the median of five
 * runs), and memory after a collection, over two tables of 20,000 rows.
 *
 *   2 queries that share                47 µs      2.0 MB
 *   100 queries that share             133 µs      4.6 MB
 *   100 queries with nothing shared    785 µs    276.0 MB
 *
 * The join and the groups are moved once. What is left for each further reader is its own
 * part of the change: 0.9 µs to be told of the group and to judge it, and 26 KB.
 *
 * Run: node --expose-gc --import tsx bench/shared.ts
 */
const ROWS = 20_000;
const UPDATES = 500;
const RUNS = 6;

const table = (name: string): Table => ({
  id: name,
  schema: 'public',
  name,
  columns: ['id', 'kind', 'value'].map((column) => ({name: column, type: INT4})),
  keyColumns: [0],
  foreignKeys: [],
});

const pairs = (condition: string): string =>
  `SELECT t.kind, count(*) AS n, sum(u.value) AS total FROM t JOIN u ON t.id = u.kind${condition} GROUP BY t.kind`;
const alike = (i: number): string => `SELECT kind FROM (${pairs('')}) g WHERE n > ${ROWS + i}`;
const apart = (i: number): string =>
  `SELECT kind FROM (${pairs(` AND t.value + u.value > ${-1 - i}`)}) g WHERE n > ${ROWS}`;

function measured(name: string, queries: readonly string[]): Figures {
  const t = history('t', {rows: ROWS, groups: 100, updates: 0, seed: 1});
  const u = history('u', {rows: ROWS, groups: ROWS, updates: UPDATES * RUNS, seed: 2});
  const held = new Map<string, Map<Key, Row>>();
  for (const [id, {initial}] of Object.entries({t, u})) {
    held.set(id, new Map(initial.map(({key, after}) => [key, after as Row])));
  }
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  const source = sourceQueries({
    id: 's',
    rows: (id) => held.get(id) ?? [],
    retries: {due: () => true, failed() {}, forget() {}},
  });
  source.describe([table('t'), table('u')]);
  for (const [i, query] of queries.entries()) {
    const config = {id: `q${i}`, query, sources: [], joins: [], autoStart: true};
    const definition = definitionOf(config as unknown as QueryConfig, {source, origin: 'api'});
    source.file(liveQuery(definition, {shape: 0, nextShape: () => 1}));
  }
  const about = {kind: 'stream', sourceId: 's', lsn: 1n, xid: 1, commitTime: 0} as const;
  source.step({...about, changes: new Map()});
  globalThis.gc?.();
  const bytes = process.memoryUsage().heapUsed - before;
  const runs: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const from = process.cpuUsage();
    for (const {edit} of u.updates.slice(run * UPDATES, (run + 1) * UPDATES)) {
      source.step({...about, changes: new Map([['u', [edit]]])});
    }
    const {user, system} = process.cpuUsage(from);
    if (run > 0) runs.push((user + system) / UPDATES);
  }
  const figures = {microseconds: median(runs), megabytes: bytes / 1e6};
  print(
    `${name.padEnd(32)} ${figures.microseconds.toFixed(1).padStart(8)} µs an update ${figures.megabytes.toFixed(1).padStart(8)} MB`,
  );
  return figures;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

interface Figures {
  readonly microseconds: number;
  readonly megabytes: number;
}

const texts = (count: number, text: (i: number) => string): string[] =>
  Array.from({length: count}, (_, i) => text(i));

await loadSqlParser();
const two = measured('2 queries that share', texts(2, alike));
const hundred = measured('100 queries that share', texts(100, alike));
const unshared = measured('100 queries with nothing shared', texts(100, apart));
const ratio = (a: number, b: number): string => (a / b).toFixed(2);
print(
  `100 / 2 that share: time ${ratio(hundred.microseconds, two.microseconds)}, memory ${ratio(hundred.megabytes, two.megabytes)}`,
);
print(
  `100 unshared / 100 shared: time ${ratio(unshared.microseconds, hundred.microseconds)}, memory ${ratio(unshared.megabytes, hundred.megabytes)}`,
);
