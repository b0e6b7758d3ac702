import type {
  Clause,
  Item,
  Match,
  Projection,
  Query,
  SingleQuery,
  SortItem,
  Unwind,
} from '../ast.ts';
import {problems} from '../problems.ts';
import {placeOf} from '../text.ts';
import type {Cursor} from './cursor.ts';
import {parseExpression} from './expression.ts';
import {parseGqlClause, parseGroupBy, takeNext} from './gql.ts';
import {clauseHint, endHint} from './hints.ts';
import {parsePatterns} from './pattern.ts';

/** Single queries between UNIONs, up to the end of the text. */
export function parseQuery(cursor: Cursor): Query {
  const parts = [parseSingle(cursor)];
  let all: boolean | undefined;
  while (cursor.isWord('UNION')) {
    const at = placeOf(cursor.text, cursor.next());
    const this_ = cursor.takeWords('ALL');
    cursor.takeWords('DISTINCT');
    if (all !== undefined && all !== this_) {
      const message = 'UNION and UNION ALL stand in one query';
      const hint = 'use one of them throughout';
      throw problems['cypher-misplaced']({message, hint}, {place: at});
    }
    all = this_;
    parts.push(parseSingle(cursor));
  }
  cursor.takeSymbol(';');
  if (cursor.peek().kind !== 'end')
    throw cursor.unexpected('the end of the query', endHint(cursor));
  return {parts, all: all ?? true, span: cursor.spanFrom(0)};
}

function parseSingle(cursor: Cursor): SingleQuery {
  const {start} = cursor.peek();
  const clauses: Clause[] = [];
  for (;;) {
    const clause = parseClause(cursor, clauses.length === 0);
    const going = clause.kind === 'return' ? takeNext(cursor, clause) : clause;
    clauses.push(going ?? clause);
    if (!going) return {clauses, span: cursor.spanFrom(start)};
  }
}

function parseClause(cursor: Cursor, first: boolean): Clause {
  refuseWrites(cursor);
  if (cursor.isWord('MATCH') || cursor.isWord('OPTIONAL')) return parseMatch(cursor);
  if (cursor.isWord('UNWIND')) return parseUnwind(cursor);
  if (cursor.isWord('WITH')) return parseProjection(cursor, 'with');
  if (cursor.isWord('RETURN')) return parseProjection(cursor, 'return');
  const clause = parseGqlClause(cursor);
  if (clause) return clause;
  if (cursor.peek().kind === 'end' && !first) {
    throw cursor.unexpected('RETURN', 'a query ends with RETURN and what it answers');
  }
  const hint = clauseHint(cursor, {first});
  throw cursor.unexpected('MATCH, OPTIONAL MATCH, UNWIND, WITH or RETURN', hint);
}

const WRITES = ['CREATE', 'MERGE', 'SET', 'DELETE', 'DETACH', 'REMOVE', 'FOREACH', 'CALL', 'LOAD'];

function refuseWrites(cursor: Cursor): void {
  const clause = WRITES.find((word) => cursor.isWord(word));
  if (clause === undefined) return;
  const place = placeOf(cursor.text, cursor.peek());
  throw problems['cypher-write-clause']({clause}, {place});
}

function parseMatch(cursor: Cursor): Match {
  const {start} = cursor.peek();
  const optional = cursor.takeWords('OPTIONAL');
  cursor.expectWord('MATCH');
  const patterns = parsePatterns(cursor, parseExpression);
  const where = cursor.takeWords('WHERE') ? parseExpression(cursor) : undefined;
  return {kind: 'match', optional, patterns, where, span: cursor.spanFrom(start)};
}

function parseUnwind(cursor: Cursor): Unwind {
  const {start} = cursor.next();
  const list = parseExpression(cursor);
  cursor.expectWord('AS', 'write UNWIND list AS element');
  const variable = cursor.variable();
  return {kind: 'unwind', list, variable, span: cursor.spanFrom(start)};
}

function parseProjection(cursor: Cursor, kind: 'with' | 'return'): Projection {
  const {start} = cursor.next();
  const distinct = cursor.takeWords('DISTINCT');
  const star = cursor.takeSymbol('*');
  const items: Item[] = [];
  if (!star || cursor.takeSymbol(',')) {
    do items.push(parseItem(cursor));
    while (cursor.takeSymbol(','));
  }
  const groupBy = kind === 'return' ? parseGroupBy(cursor) : undefined;
  const orderBy = parseOrderBy(cursor);
  const skip =
    cursor.takeWords('SKIP') || cursor.takeWords('OFFSET') ? parseExpression(cursor) : undefined;
  const limit = cursor.takeWords('LIMIT') ? parseExpression(cursor) : undefined;
  const where = kind === 'with' && cursor.takeWords('WHERE') ? parseExpression(cursor) : undefined;
  if (kind === 'return' && cursor.isWord('WHERE')) {
    throw cursor.unexpected('the end of the query', 'WHERE stands before RETURN, or after WITH');
  }
  const span = cursor.spanFrom(start);
  const word = kind === 'return' ? 'RETURN' : 'WITH';
  return {kind, word, distinct, star, items, groupBy, orderBy, skip, limit, where, span};
}

function parseItem(cursor: Cursor): Item {
  const expression = parseExpression(cursor);
  const alias = cursor.takeWords('AS') ? cursor.anyName('the name of a column') : undefined;
  return {expression, alias};
}

function parseOrderBy(cursor: Cursor): readonly SortItem[] {
  if (!cursor.isWord('ORDER')) return [];
  cursor.next();
  cursor.expectWord('BY');
  const items: SortItem[] = [];
  do {
    const expression = parseExpression(cursor);
    const descending = cursor.takeWords('DESC') || cursor.takeWords('DESCENDING');
    if (!descending && !cursor.takeWords('ASC')) cursor.takeWords('ASCENDING');
    items.push({expression, descending});
  } while (cursor.takeSymbol(','));
  return items;
}
