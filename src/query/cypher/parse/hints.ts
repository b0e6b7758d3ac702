import {nearest} from '../../../lib/nearest.ts';
import type {Cursor} from './cursor.ts';

/** What to write where something else was found than is expected, for the mistakes people make. */

export const ARROWS = 'a relationship is written -[:TYPE]->, <-[:TYPE]-, -[:TYPE]-, --> or --';
export const ONE_EQUALS = 'equality is written =';
const BACKTICKS = 'put the word in backticks to use it as a name';

/** Words that stand behind an expression; one that nothing of a name follows is no name. */
const AFTER_VALUES =
  /^(?:RETURN|WITH|MATCH|WHERE|UNWIND|UNION|OPTIONAL|LIMIT|SKIP|AND|OR|XOR|AS|THEN|ELSE|WHEN|IS|IN|STARTS|ENDS|CONTAINS)$/;

/** Of an expression that is missing, or of a reserved word in its place. */
export function expressionHint(cursor: Cursor): string | undefined {
  const token = cursor.peek();
  const before = cursor.textBefore();
  const missing = before === undefined ? undefined : `an expression is missing behind "${before}"`;
  if (token.kind === 'end') return missing;
  if (token.kind === 'symbol') return cursor.isSymbol('=') ? ONE_EQUALS : missing;
  if (token.kind !== 'word') return undefined;
  const word = token.text.toUpperCase();
  const clause = AFTER_VALUES.test(word) || (word === 'ORDER' && cursor.isWord('BY', 1));
  return clause && !isNameAhead(cursor) ? missing : BACKTICKS;
}

/** Whether the word here is followed by what follows names: `order.id`, `order, …`. */
function isNameAhead(cursor: Cursor): boolean {
  const next = cursor.peek(1);
  return next.kind === 'end' || (next.kind === 'symbol' && /^[.,)\]}=<>:]/.test(next.text));
}

/** Of a node whose `)` is not where it would be. */
export function nodeEndHint(cursor: Cursor): string {
  const before = cursor.textBefore() ?? '';
  if (before === '(') return `${BACKTICKS}, or a colon before it as a label`;
  const atName = cursor.isSymbol('.') || (cursor.isSymbol('-') && cursor.peek(1).kind === 'word');
  if (atName) return 'put a name with other characters than letters, digits and _ in backticks';
  const atLabel = cursor.isSymbol('=') || (cursor.isVariable() && /[\p{L}_]$/u.test(before));
  return atLabel ? 'a label stands behind a colon: (n:Label)' : 'close the node with )';
}

/** Of a node that does not begin. */
export function nodeStartHint(cursor: Cursor): string {
  const comment =
    cursor.isSymbol('-', -1) && cursor.isSymbol('-', -2) && cursor.peek().kind === 'word';
  return comment ? 'a comment begins with //, or stands in /* */' : 'a node is written (n:Label)';
}

const CLAUSES = ['MATCH', 'OPTIONAL', 'UNWIND', 'WITH', 'RETURN', 'WHERE', 'FILTER', 'LET', 'FOR'];

/** Of a clause, where there is none. */
export function clauseHint(cursor: Cursor, {first}: {readonly first: boolean}): string | undefined {
  const token = cursor.peek();
  if (cursor.isWord('SELECT')) {
    return first ? 'set queryLanguage: SQL for this query' : 'write RETURN in the place of SELECT';
  }
  if (first && cursor.isSymbol('(')) return 'write MATCH before the pattern';
  if (cursor.isSymbol('=') || cursor.isSymbol('>')) return ARROWS;
  const known = operatorHint(cursor);
  if (known !== undefined || token.kind !== 'word') return known;
  const clauses = first ? [...CLAUSES, 'SELECT'] : CLAUSES;
  const near = cursor.isSymbol('.', 1) ? undefined : nearest(token.text, clauses);
  if (near !== undefined) return `did you mean ${near}?`;
  if (!first) return 'write RETURN before what the query answers';
  return /^(?:INSERT|UPDATE)$/i.test(token.text)
    ? 'change the data in Postgres: a query reads, by MATCH … RETURN or SELECT'
    : 'a query begins with MATCH, or with SELECT in SQL';
}

/** Of what stands behind a RETURN and is no part of it. */
export function endHint(cursor: Cursor): string | undefined {
  if (/^as$/i.test(cursor.textBefore() ?? '')) return 'a name is missing before AS';
  if (cursor.isSymbol(';', -1)) return 'a query is one statement: remove what stands behind ";"';
  if (cursor.isWord('DISTINCT')) return 'DISTINCT stands in the brackets: count(DISTINCT value)';
  if (cursor.isWord('HAVING'))
    return 'compute it in a WITH before: WITH … WHERE condition RETURN …';
  if (/^(?:MATCH|OPTIONAL|UNWIND|WITH)$/i.test(cursor.wordHere())) {
    return 'RETURN is the last clause: write WITH in its place, and RETURN at the end';
  }
  const known = operatorHint(cursor);
  if (known !== undefined || cursor.wordHere() === '') return known;
  return 'put a comma between two items, and AS before the name of one';
}

/** Operators of other languages, by what stands here. */
function operatorHint(cursor: Cursor): string | undefined {
  const word = cursor.wordHere().toUpperCase();
  if (word === 'LIKE' || word === 'ILIKE') return 'write STARTS WITH, ENDS WITH, CONTAINS or =~';
  if (word === 'BETWEEN') return 'write low <= value <= high';
  if (word === 'NOT') return 'write IS NOT NULL, or NOT before the condition';
  if (cursor.peek().kind === 'string' && /^interval$/i.test(cursor.textBefore() ?? '')) {
    return 'a span of time is written duration({minutes: 5})';
  }
  if (cursor.isSymbol('&')) return 'write AND';
  if (cursor.isSymbol('|')) return 'write OR between conditions, and + between texts';
  return cursor.isSymbol('!') ? 'write NOT before the condition' : undefined;
}
