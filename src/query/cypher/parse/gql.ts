import type {Filter, Projection, Unwind} from '../ast.ts';
import {problems} from '../problems.ts';
import {placeOf} from '../text.ts';
import type {Cursor} from './cursor.ts';
import {parseExpression} from './expression.ts';

/** The words that begin a clause in GQL, and none in openCypher. */
const CLAUSES = ['LET', 'FILTER', 'YIELD', 'NEXT', 'FOR'];

/**
 * The clauses that GQL has besides openCypher's, in openCypher's terms: LET is a WITH that
 * keeps everything, FOR an UNWIND. Undefined where none stands here.
 */
export function parseGqlClause(cursor: Cursor): Projection | Filter | Unwind | undefined {
  const word = CLAUSES.find((clause) => cursor.isWord(clause));
  if (word === undefined) return undefined;
  refuseInCypher(cursor, word);
  switch (word) {
    case 'LET':
      return parseLet(cursor);
    case 'FILTER':
      return parseFilter(cursor);
    case 'YIELD':
      return parseYield(cursor);
    case 'FOR':
      return parseFor(cursor);
    default:
      throw cursor.unexpected('a clause', 'NEXT stands between a RETURN and what goes on with it');
  }
}

/** Words of GQL in a query that is said to be openCypher. */
export function refuseInCypher(cursor: Cursor, word: string): void {
  if (cursor.gql) return;
  const message = `${word} is no part of openCypher, but of GQL`;
  const hint = 'set queryLanguage: GQL for this query, or leave it out';
  const place = placeOf(cursor.text, cursor.peek());
  throw problems['cypher-misplaced']({message, hint}, {place});
}

const NOTHING_MORE = {
  distinct: false,
  groupBy: undefined,
  orderBy: [],
  skip: undefined,
  limit: undefined,
  where: undefined,
} as const;

/** `LET a = e, b = f`: everything stays, and the names are new. */
function parseLet(cursor: Cursor): Projection {
  const {start} = cursor.next();
  const items = listed(cursor, () => {
    const alias = cursor.variable();
    cursor.expectSymbol('=', 'write LET name = expression');
    if (cursor.isSymbol('='))
      throw cursor.unexpected('an expression', 'write LET name = expression');
    return {expression: parseExpression(cursor), alias};
  });
  const span = cursor.spanFrom(start);
  return {kind: 'with', word: 'LET', star: true, items, ...NOTHING_MORE, span};
}

/** `FILTER condition`, also `FILTER WHERE condition`. */
function parseFilter(cursor: Cursor): Filter {
  const {start} = cursor.next();
  cursor.takeWords('WHERE');
  const where = parseExpression(cursor);
  return {kind: 'filter', where, span: cursor.spanFrom(start)};
}

/** `YIELD a, e AS b`: these names stay, and no others. */
function parseYield(cursor: Cursor): Projection {
  const {start} = cursor.next();
  const items = listed(cursor, () => {
    const expression = parseExpression(cursor);
    return {expression, alias: cursor.takeWords('AS') ? cursor.variable() : undefined};
  });
  const span = cursor.spanFrom(start);
  return {kind: 'with', word: 'YIELD', star: false, items, ...NOTHING_MORE, span};
}

/** `FOR x IN list`. */
function parseFor(cursor: Cursor): Unwind {
  const {start} = cursor.next();
  const variable = cursor.variable();
  cursor.expectWord('IN', 'write FOR element IN list');
  const list = parseExpression(cursor);
  return {kind: 'unwind', list, variable, span: cursor.spanFrom(start)};
}

function listed<T>(cursor: Cursor, parse: () => T): readonly T[] {
  const all = [parse()];
  while (cursor.takeSymbol(',')) all.push(parse());
  return all;
}

/** `GROUP BY a, b`, and `GROUP BY ()` for all rows as one group. */
export function parseGroupBy(cursor: Cursor): Projection['groupBy'] {
  if (!cursor.isWord('GROUP') || !cursor.isWord('BY', 1)) return undefined;
  refuseInCypher(cursor, 'GROUP BY');
  cursor.takeWords('GROUP', 'BY');
  if (cursor.isSymbol('(') && cursor.isSymbol(')', 1)) {
    cursor.next();
    cursor.next();
    return [];
  }
  return listed(cursor, () => parseExpression(cursor));
}

/** A RETURN with NEXT behind it: what it returns is what the next part begins with. */
export function takeNext(cursor: Cursor, clause: Projection): Projection | undefined {
  if (!cursor.isWord('NEXT')) return undefined;
  refuseInCypher(cursor, 'NEXT');
  cursor.next();
  return {...clause, kind: 'with'};
}
