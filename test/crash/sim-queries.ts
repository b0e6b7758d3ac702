import type {QueryConfig} from '../../src/config/config.ts';
import type {Commit, State} from './sim-server.ts';
import {SOURCE} from './sim-source.ts';
import {Violation} from './violation.ts';

/** What a client holds of a query: JSON texts of rows, sorted. */
export type Bag = readonly string[];

/** A moment of the database: what had been committed, and what time it was, in microseconds. */
export interface Moment {
  readonly history: readonly Commit[];
  readonly state: State;
  readonly time: number;
}

/** Thresholds that a filter may have; its rows tell which one they are of. */
export const THRESHOLDS = [3, 5, 7] as const;

const place = {file: 'simulation', line: 1, column: 1};

function queryConfig(id: string, query: string): QueryConfig {
  const sources = [{sourceId: SOURCE, nodes: [], relations: []}];
  const rest = {queryLanguage: undefined, autoStart: true, joins: []};
  return {id, query, sources, place, ...rest};
}

export const filterQuery = (id: string, over: number): QueryConfig =>
  queryConfig(id, `SELECT id, v, ${over} AS over FROM a WHERE v > ${over}`);

export const FIXED = {
  joined: queryConfig(
    'joined',
    'SELECT a.id AS a, a.v AS v, b.id AS b FROM a JOIN b ON b.a_id = a.id',
  ),
  groups: queryConfig('groups', 'SELECT g, count(*) AS n, sum(v) AS total FROM a GROUP BY g'),
  held: queryConfig(
    'held',
    `MATCH (a:a) WHERE drasi.trueFor(a.v > 5, duration({seconds: 5})) RETURN a.id AS id, a.v AS v`,
  ),
};
const HELD_MICROSECONDS = 5_000_000;

/** Whether a bag may be what a query answers at a moment; throws what is wrong where not. */
export function check(queryId: string, bag: Bag, moment: Moment): void {
  const answers = answersOf(queryId, moment);
  if (answers.some((answer) => same(answer, bag))) return;
  const may = answers.map((answer) => answer.join(' ')).join('\n or ');
  throw new Violation(`${queryId} is ${bag.join(' ')}\nand should be ${may}`);
}

const same = (a: Bag, b: Bag): boolean =>
  a.length === b.length && a.every((row, i) => row === b[i]);

export const bagOf = (rows: Iterable<unknown>): Bag =>
  Array.from(rows, (row) => JSON.stringify(row)).sort();

/** The answers there may be: of a filter whose threshold only its rows tell, several. */
function answersOf(queryId: string, moment: Moment): readonly Bag[] {
  switch (queryId) {
    case 'joined':
      return [joined(moment.state)];
    case 'groups':
      return [groups(moment.state)];
    case 'held':
      return [held(moment)];
    default:
      return [...THRESHOLDS.map((over) => filtered(moment.state, over)), []];
  }
}

export function filtered({a}: State, over: number): Bag {
  const rows = [...a.values()].filter(([, v]) => v! > over);
  return bagOf(rows.map(([id, v]) => ({id, v, over})));
}

function joined({a, b}: State): Bag {
  const pairs = [...b.values()].flatMap(([id, aId]) => {
    const one = a.get(aId!);
    return one ? [{a: one[0], v: one[1], b: id}] : [];
  });
  return bagOf(pairs);
}

function groups({a}: State): Bag {
  const found = new Map<number, {g: number; n: number; total: number}>();
  for (const [, v, g] of a.values()) {
    const group = found.get(g!) ?? {g: g!, n: 0, total: 0};
    found.set(g!, {g: g!, n: group.n + 1, total: group.total + v!});
  }
  return bagOf(found.values());
}

/** Rows whose value was above 5 without a break for five seconds. */
function held({history, time}: Moment): Bag {
  let since = new Map<number, {at: number; v: number}>();
  for (const {after, commitTime} of history) {
    const next = new Map<number, {at: number; v: number}>();
    for (const [id, row] of after.a) {
      if (row[1]! > 5) next.set(id, {at: since.get(id)?.at ?? commitTime, v: row[1]!});
    }
    since = next;
  }
  const due = [...since].filter(([, {at}]) => time >= at + HELD_MICROSECONDS);
  return bagOf(due.map(([id, {v}]) => ({id, v})));
}
