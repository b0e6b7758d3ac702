import type {MapExpr, Name, NodePattern, Parameter, Pattern, RelationshipPattern} from '../ast.ts';
import {problems} from '../problems.ts';
import {placeOf} from '../text.ts';
import type {Cursor, ParseExpression} from './cursor.ts';
import {ARROWS, nodeEndHint, nodeStartHint} from './hints.ts';
import {parseLabels} from './labels.ts';
import {parseMap} from './map.ts';

/** `pattern, pattern, …` of a MATCH, where a dash can be nothing but a relationship's. */
export function parsePatterns(cursor: Cursor, expression: ParseExpression): readonly Pattern[] {
  const goesOn = (): boolean => cursor.isSymbol('-') || cursor.isSymbol('<');
  const patterns = [parsePattern(cursor, expression, goesOn)];
  while (cursor.takeSymbol(',')) patterns.push(parsePattern(cursor, expression, goesOn));
  return patterns;
}

/** `(a)-[r:T]->(b)…`, with `p =` before it or not. */
export function parsePattern(
  cursor: Cursor,
  expression: ParseExpression,
  goesOn = (): boolean => isStepAhead(cursor, 0),
): Pattern {
  const {start} = cursor.peek();
  const named = cursor.isVariable() && cursor.isSymbol('=', 1);
  const variable = named ? cursor.variable() : undefined;
  if (named) cursor.expectSymbol('=');
  refuseShortest(cursor);
  const nodes = [parseNode(cursor, expression)];
  const relationships: RelationshipPattern[] = [];
  while (goesOn()) {
    relationships.push(parseRelationship(cursor, expression));
    nodes.push(parseNode(cursor, expression));
  }
  return {variable, nodes, relationships, span: cursor.spanFrom(start)};
}

const SHORTEST = ['shortestPath', 'allShortestPaths'];

/** The shortest of all ways: to keep it up to date, all of them would have to be. */
export function refuseShortest(cursor: Cursor): void {
  const what = SHORTEST.find((name) => cursor.isWord(name.toUpperCase()));
  if (what === undefined || !cursor.isSymbol('(', 1)) return;
  const hint =
    'bound the length, and take the shortest: MATCH p = (a)-[:R*1..5]->(b) WITH a, b, min(length(p)) AS steps';
  const place = placeOf(cursor.text, cursor.peek());
  throw problems['cypher-not-supported']({what, hint}, {place});
}

/**
 * Whether the bracket `ahead` opens a pattern and not an expression: the inside begins
 * as a node's does, and a relationship follows it. A node alone is an expression.
 */
export function isPatternAhead(cursor: Cursor, ahead = 0): boolean {
  const close = cursor.isSymbol('(', ahead) ? cursor.partner(ahead) : undefined;
  if (close === undefined) return false;
  const inside = cursor.isVariable(ahead + 1) ? ahead + 2 : ahead + 1;
  const node =
    inside === close ||
    cursor.isWord('WHERE', inside) ||
    ['{', ':'].some((symbol) => cursor.isSymbol(symbol, inside));
  return node && isStepAhead(cursor, close + 1);
}

/** Whether a relationship stands ahead, and not a minus or a comparison. */
function isStepAhead(cursor: Cursor, ahead: number): boolean {
  const dash = cursor.isSymbol('<', ahead) ? ahead + 1 : ahead;
  if (!cursor.isSymbol('-', dash)) return false;
  if (cursor.isSymbol('[', dash + 1)) {
    const close = cursor.partner(dash + 1);
    return close !== undefined && cursor.isSymbol('-', close + 1);
  }
  const arrow = cursor.isSymbol('>', dash + 2) ? dash + 3 : dash + 2;
  return cursor.isSymbol('-', dash + 1) && cursor.isSymbol('(', arrow);
}

/** `(n:Label {key: value} WHERE p)`, each part optional. */
function parseNode(cursor: Cursor, expression: ParseExpression): NodePattern {
  const {start} = cursor.peek();
  if (!cursor.takeSymbol('(')) throw cursor.unexpected('"("', nodeStartHint(cursor));
  const variable = cursor.isVariable() ? cursor.variable() : undefined;
  // What stands in brackets begins anew: no bar outside ends it.
  return cursor.untilBar(false, () => nodeInside(cursor, expression, {variable, start}));
}

function nodeInside(
  cursor: Cursor,
  expression: ParseExpression,
  {variable, start}: {variable: Name | undefined; start: number},
): NodePattern {
  const labelled = cursor.isSymbol(':') || (variable && cursor.isWord('IS'));
  const labels = labelled ? parseLabels(cursor) : undefined;
  const properties = parseProperties(cursor, expression);
  const where = cursor.takeWords('WHERE') ? expression(cursor) : undefined;
  if (!cursor.takeSymbol(')')) throw cursor.unexpected('")"', nodeEndHint(cursor));
  return {variable, labels, properties, where, span: cursor.spanFrom(start)};
}

function parseProperties(
  cursor: Cursor,
  expression: ParseExpression,
): MapExpr | Parameter | undefined {
  const token = cursor.peek();
  if (token.kind === 'parameter') {
    cursor.next();
    return {kind: 'parameter', name: token.text, span: {start: token.start, end: token.end}};
  }
  return cursor.isSymbol('{') ? parseMap(cursor, expression) : undefined;
}

/** `-[r:T]->`, `<-[…]-`, `-[…]-`, `-->`, `<--`, `--`. */
function parseRelationship(cursor: Cursor, expression: ParseExpression): RelationshipPattern {
  const {start} = cursor.peek();
  const left = cursor.takeSymbol('<');
  cursor.expectSymbol('-', ARROWS);
  const details = cursor.takeSymbol('[') ? parseDetails(cursor, expression) : NO_DETAILS;
  cursor.expectSymbol('-', ARROWS);
  const right = cursor.takeSymbol('>');
  const direction = left === right ? 'either' : left ? 'left' : 'right';
  return {...details, direction, span: cursor.spanFrom(start)};
}

type Details = Omit<RelationshipPattern, 'direction' | 'span'>;

const NO_DETAILS: Details = {
  variable: undefined,
  types: [],
  length: undefined,
  properties: undefined,
  where: undefined,
};

/** The inside of `[r:A|B *1..3 {key: value} WHERE p]`, and the closing bracket. */
function parseDetails(cursor: Cursor, expression: ParseExpression): Details {
  const variable = cursor.isVariable() ? cursor.variable() : undefined;
  const types: Name[] = [];
  if (cursor.takeSymbol(':')) {
    types.push(cursor.anyName('the type of a relationship'));
    while (cursor.takeSymbol('|')) {
      cursor.takeSymbol(':');
      types.push(cursor.anyName('the type of a relationship'));
    }
  }
  const length = cursor.takeSymbol('*') ? parseLength(cursor) : undefined;
  const properties = parseProperties(cursor, expression);
  const where = cursor.takeWords('WHERE') ? expression(cursor) : undefined;
  cursor.expectSymbol(']', 'close the relationship with ]: -[r:TYPE]->');
  return {variable, types, length, properties, where};
}

/** After the star: nothing, `2`, `1..3`, `1..`, `..3`, `..`. */
function parseLength(cursor: Cursor): {min: number | undefined; max: number | undefined} {
  const min = takeCount(cursor);
  if (!cursor.takeSymbol('..')) return {min, max: min};
  return {min, max: takeCount(cursor)};
}

function takeCount(cursor: Cursor): number | undefined {
  const token = cursor.peek();
  if (token.kind !== 'integer') return undefined;
  cursor.next();
  return Number(token.value);
}
