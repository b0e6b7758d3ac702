import type {Expr, MapExpr, MapProjection} from '../ast.ts';
import type {Cursor, ParseExpression} from './cursor.ts';

/** `{key: value, …}` */
export function parseMap(cursor: Cursor, expression: ParseExpression): MapExpr {
  const {start} = cursor.peek();
  cursor.expectSymbol('{');
  const entries: {key: string; value: Expr}[] = [];
  while (!cursor.isSymbol('}')) {
    if (entries.length > 0) cursor.expectComma('}', 'map');
    const {name} = cursor.anyName('the key of a map');
    cursor.expectSymbol(':', 'a map is written {key: value}');
    entries.push({key: name, value: expression(cursor)});
  }
  cursor.expectSymbol('}');
  return {kind: 'map', entries, span: cursor.spanFrom(start)};
}

/** Whether `{` opens a map projection: `.key`, `.*`, `key: …` or `variable`. */
export function isProjectionAhead(cursor: Cursor): boolean {
  return cursor.isSymbol('.', 2) || cursor.isSymbol(':', 3) || cursor.isSymbol('}', 2);
}

export function parseMapProjection(cursor: Cursor, expression: ParseExpression): MapProjection {
  const of = cursor.variable();
  cursor.expectSymbol('{');
  const items: MapProjection['items'][number][] = [];
  while (!cursor.isSymbol('}')) {
    if (items.length > 0) cursor.expectComma('}', 'map');
    items.push(parseProjectionItem(cursor, expression));
  }
  cursor.expectSymbol('}');
  return {kind: 'mapProjection', of, items, span: cursor.spanFrom(of.span.start)};
}

function parseProjectionItem(
  cursor: Cursor,
  expression: ParseExpression,
): MapProjection['items'][number] {
  if (cursor.takeSymbol('.')) {
    if (cursor.takeSymbol('*')) return {kind: 'all'};
    return {kind: 'property', key: cursor.anyName('the name of a property')};
  }
  const key = cursor.anyName('a key, .key or .*');
  if (cursor.takeSymbol(':')) return {kind: 'entry', key: key.name, value: expression(cursor)};
  return {kind: 'entry', key: key.name, value: {kind: 'variable', name: key.name, span: key.span}};
}
