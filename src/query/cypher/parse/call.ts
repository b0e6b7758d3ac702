import type {Expr, Quantifier} from '../ast.ts';
import type {Cursor, ParseExpression} from './cursor.ts';
import {functionName} from './function-name.ts';
import {parsePattern, parsePatterns, refuseShortest} from './pattern.ts';

const QUANTIFIERS = ['all', 'any', 'none', 'single'] as const;

/** What looks like a call: functions, count(*), quantifiers, reduce, EXISTS. */
export function parseCall(cursor: Cursor, expression: ParseExpression): Expr | undefined {
  if (cursor.isWord('EXISTS') && cursor.isSymbol('{', 1)) return parseExists(cursor, expression);
  if (cursor.isWord('COUNT') && cursor.isSymbol('{', 1)) return parseCount(cursor, expression);
  refuseShortest(cursor);
  const length = nameLength(cursor);
  if (length === undefined) return undefined;
  const quantifier = QUANTIFIERS.find((which) => cursor.isWord(which.toUpperCase()));
  if (quantifier && isVariableIn(cursor)) return parseQuantifier(cursor, expression, quantifier);
  if (cursor.isWord('REDUCE') && cursor.isSymbol('=', 3)) return parseReduce(cursor, expression);
  return parseFunction(cursor, expression, length);
}

/** How many tokens the dotted name of a call takes; undefined where no call stands here. */
function nameLength(cursor: Cursor): number | undefined {
  let length = 0;
  for (;;) {
    const {kind} = cursor.peek(length);
    if (kind !== 'word' && kind !== 'name') return undefined;
    length += 1;
    if (cursor.isSymbol('(', length)) return length;
    if (!cursor.isSymbol('.', length) || length > 8) return undefined;
    length += 1;
  }
}

const isVariableIn = (cursor: Cursor): boolean => cursor.isVariable(2) && cursor.isWord('IN', 3);

function parseQuantifier(
  cursor: Cursor,
  expression: ParseExpression,
  which: Quantifier['which'],
): Expr {
  const {start} = cursor.next();
  cursor.expectSymbol('(');
  const variable = cursor.variable();
  cursor.expectWord('IN');
  const list = expression(cursor);
  cursor.expectWord('WHERE', `write ${which}(x IN list WHERE condition)`);
  const where = expression(cursor);
  cursor.expectSymbol(')');
  return {kind: 'quantifier', which, variable, list, where, span: cursor.spanFrom(start)};
}

function parseReduce(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.next();
  cursor.expectSymbol('(');
  const accumulator = cursor.variable();
  cursor.expectSymbol('=');
  const initial = expression(cursor);
  cursor.expectSymbol(',');
  const variable = cursor.variable();
  cursor.expectWord('IN');
  const list = cursor.untilBar(true, () => expression(cursor));
  cursor.expectSymbol('|');
  const body = expression(cursor);
  cursor.expectSymbol(')');
  const span = cursor.spanFrom(start);
  return {kind: 'reduce', accumulator, initial, variable, list, body, span};
}

function parseFunction(cursor: Cursor, expression: ParseExpression, length: number): Expr {
  const {start} = cursor.peek();
  const names: string[] = [];
  for (let taken = 0; taken < length; taken++) {
    const token = cursor.next();
    if (token.kind === 'word' || token.kind === 'name') names.push(token.text);
  }
  const name = functionName(names.join('.'));
  cursor.expectSymbol('(');
  if (name.toLowerCase() === 'count' && cursor.takeSymbol('*')) {
    cursor.expectSymbol(')');
    return {kind: 'countStar', span: cursor.spanFrom(start)};
  }
  const distinct = cursor.takeWords('DISTINCT');
  const args: Expr[] = [];
  while (!cursor.isSymbol(')')) {
    if (args.length > 0) cursor.expectSymbol(',');
    args.push(expression(cursor));
    if (name.toLowerCase() === 'cast' && cursor.isWord('AS')) args.push(parseType(cursor));
  }
  cursor.expectSymbol(')');
  return {kind: 'call', name, distinct, args, span: cursor.spanFrom(start)};
}

/** The `AS ZONED DATETIME` of a CAST, as the text of its type. */
function parseType(cursor: Cursor): Expr {
  const {end: start} = cursor.next();
  const words: string[] = [];
  do words.push(cursor.anyName('the name of a type').name.toUpperCase());
  while (cursor.peek().kind === 'word');
  return {kind: 'string', value: words.join(' '), span: cursor.spanFrom(start)};
}

/** `EXISTS {MATCH (a)-->(b) WHERE p}`; the MATCH may be left out. */
function parseExists(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.next();
  cursor.expectSymbol('{');
  cursor.takeWords('MATCH');
  const patterns = parsePatterns(cursor, expression);
  const where = cursor.takeWords('WHERE') ? expression(cursor) : undefined;
  if (cursor.takeWords('RETURN')) {
    while (!cursor.isSymbol('}') && cursor.peek().kind !== 'end') cursor.next();
  }
  cursor.expectSymbol('}', 'EXISTS takes one MATCH with an optional WHERE');
  return {kind: 'exists', patterns, where, span: cursor.spanFrom(start)};
}

/** `COUNT {MATCH (a)-->(b) WHERE p}`: how many ways there are, as size([(a)-->(b) WHERE p | null]). */
function parseCount(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.next();
  cursor.expectSymbol('{');
  cursor.takeWords('MATCH');
  const pattern = parsePattern(cursor, expression);
  const where = cursor.takeWords('WHERE') ? expression(cursor) : undefined;
  cursor.expectSymbol('}', 'COUNT takes one pattern with an optional WHERE');
  const span = cursor.spanFrom(start);
  const map: Expr = {kind: 'null', span};
  const ways: Expr = {kind: 'patternComprehension', pattern, where, map, span};
  return {kind: 'call', name: 'size', distinct: false, args: [ways], span};
}
