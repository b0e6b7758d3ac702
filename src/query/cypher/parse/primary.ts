import type {Expr, Pattern} from '../ast.ts';
import type {Span} from '../text.ts';
import {parseCall} from './call.ts';
import type {Cursor, ParseExpression} from './cursor.ts';
import {clockName} from './function-name.ts';
import {expressionHint} from './hints.ts';
import {isProjectionAhead, parseMap, parseMapProjection} from './map.ts';
import {isPatternAhead, parsePattern} from './pattern.ts';

/** A value by itself: a literal, a name, a call, or something in brackets. */
export function parsePrimary(cursor: Cursor, expression: ParseExpression): Expr {
  const token = cursor.peek();
  const {start, end} = token;
  const span = {start, end};
  switch (token.kind) {
    case 'integer':
    case 'float':
      cursor.next();
      return {kind: token.kind, value: token.value, span} as Expr;
    case 'string':
      cursor.next();
      return {kind: 'string', value: token.text, span};
    case 'parameter':
      cursor.next();
      return {kind: 'parameter', name: token.text, span};
    case 'word':
    case 'name':
      return parseWord(cursor, expression);
    case 'symbol':
      return parseBracket(cursor, expression);
    case 'end':
      throw cursor.unexpected('an expression', expressionHint(cursor));
  }
}

function parseWord(cursor: Cursor, expression: ParseExpression): Expr {
  const {start, end} = cursor.peek();
  const span = {start, end};
  if (cursor.takeWords('NULL')) return {kind: 'null', span};
  if (cursor.takeWords('TRUE')) return {kind: 'boolean', value: true, span};
  if (cursor.takeWords('FALSE')) return {kind: 'boolean', value: false, span};
  if (cursor.isWord('CASE')) return parseCase(cursor, expression);
  const call = parseCall(cursor, expression);
  if (call) return call;
  if (cursor.isVariable() && cursor.isSymbol('{', 1) && isProjectionAhead(cursor)) {
    return parseMapProjection(cursor, expression);
  }
  return parseClock(cursor) ?? parseName(cursor, span);
}

/** GQL's CURRENT_TIMESTAMP and the like; not where the query has a variable of that name. */
function parseClock(cursor: Cursor): Expr | undefined {
  const token = cursor.peek();
  const name = cursor.gql && token.kind === 'word' ? clockName(token.text) : undefined;
  if (name === undefined || cursor.isVariableNamed(cursor.text.slice(token.start, token.end))) {
    return undefined;
  }
  cursor.next();
  return {kind: 'call', name, distinct: false, args: [], span: cursor.spanFrom(token.start)};
}

function parseName(cursor: Cursor, span: Span): Expr {
  const {name} = cursor.variable('an expression', expressionHint(cursor));
  return {kind: 'variable', name, span};
}

function parseBracket(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.peek();
  if (cursor.isSymbol('{')) return parseMap(cursor, expression);
  if (cursor.isSymbol('[')) return parseList(cursor, expression);
  if (!cursor.isSymbol('(')) throw cursor.unexpected('an expression', expressionHint(cursor));
  if (isPatternAhead(cursor)) {
    const pattern = parsePattern(cursor, expression);
    return {kind: 'pattern', pattern, span: cursor.spanFrom(start)};
  }
  cursor.next();
  const inside = cursor.untilBar(false, () => expression(cursor));
  const isList = cursor.isSymbol(',');
  cursor.expectSymbol(')', isList ? 'a list stands in square brackets: [a, b]' : undefined);
  // The brackets belong to the text of the expression, by which a column is named.
  return {...inside, span: cursor.spanFrom(start)};
}

/** `[a, b]`, `[x IN list WHERE p | e]` or `[(a)-->(b) WHERE p | e]`. */
function parseList(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.next();
  if (cursor.isVariable() && cursor.isWord('IN', 1)) {
    return parseComprehension(cursor, expression, start);
  }
  const named = cursor.isVariable() && cursor.isSymbol('=', 1) && cursor.isSymbol('(', 2);
  const items: Expr[] = [];
  if (isPatternAhead(cursor, named ? 2 : 0)) {
    const pattern = parsePattern(cursor, expression);
    if (named || cursor.isWord('WHERE') || cursor.isSymbol('|')) {
      return parsePatternComprehension(cursor, expression, {pattern, start});
    }
    items.push(expression(cursor, {kind: 'pattern', pattern, span: pattern.span}));
  }
  while (!cursor.isSymbol(']')) {
    if (items.length > 0) cursor.expectComma(']', 'list');
    items.push(expression(cursor));
  }
  cursor.expectSymbol(']');
  return {kind: 'list', items, span: cursor.spanFrom(start)};
}

function parseComprehension(cursor: Cursor, expression: ParseExpression, start: number): Expr {
  const variable = cursor.variable();
  cursor.expectWord('IN');
  const list = cursor.untilBar(true, () => expression(cursor));
  const where = cursor.takeWords('WHERE')
    ? cursor.untilBar(true, () => expression(cursor))
    : undefined;
  const map = cursor.takeSymbol('|') ? expression(cursor) : undefined;
  cursor.expectSymbol(']');
  const span = cursor.spanFrom(start);
  return {kind: 'listComprehension', variable, list, where, map, span};
}

function parsePatternComprehension(
  cursor: Cursor,
  expression: ParseExpression,
  {pattern, start}: {pattern: Pattern; start: number},
): Expr {
  const where = cursor.takeWords('WHERE')
    ? cursor.untilBar(true, () => expression(cursor))
    : undefined;
  cursor.expectSymbol('|', 'a list of pattern matches is written [(a)-[:R]->(b) | b.name]');
  const map = expression(cursor);
  cursor.expectSymbol(']');
  return {kind: 'patternComprehension', pattern, where, map, span: cursor.spanFrom(start)};
}

/** `CASE WHEN c THEN v … ELSE e END`, or with a subject that each WHEN is compared with. */
function parseCase(cursor: Cursor, expression: ParseExpression): Expr {
  const {start} = cursor.next();
  const subject = cursor.isWord('WHEN') ? undefined : expression(cursor);
  const branches: {when: Expr; value: Expr}[] = [];
  while (cursor.takeWords('WHEN')) {
    const when = expression(cursor);
    cursor.expectWord('THEN');
    branches.push({when, value: expression(cursor)});
  }
  if (branches.length === 0) throw cursor.unexpected('WHEN');
  const otherwise = cursor.takeWords('ELSE') ? expression(cursor) : undefined;
  cursor.expectWord('END', 'a CASE is closed by END');
  return {kind: 'case', subject, branches, otherwise, span: cursor.spanFrom(start)};
}
