import type {Expr} from '../ast.ts';
import type {Cursor, ParseExpression} from './cursor.ts';
import {areLabelsAhead, parseLabels} from './labels.ts';
import {parsePrimary} from './primary.ts';

/** A value and what follows it: `.key`, `[index]`, `[from..to]`, `:Label`. */
export function parsePostfix(cursor: Cursor, expression: ParseExpression): Expr {
  let value = parsePrimary(cursor, expression);
  for (;;) {
    const next = parseSuffix(cursor, value, expression);
    if (!next) return value;
    value = next;
  }
}

function parseSuffix(cursor: Cursor, of: Expr, expression: ParseExpression): Expr | undefined {
  const {start} = of.span;
  if (cursor.takeSymbol('.')) {
    const key = cursor.anyName('the name of a property');
    return {kind: 'property', of, key, span: cursor.spanFrom(start)};
  }
  if (cursor.takeSymbol('[')) return parseIndex(cursor, of, expression);
  if (cursor.isSymbol(':') && of.kind === 'variable' && areLabelsAhead(cursor, 0)) {
    const labels = parseLabels(cursor);
    return {kind: 'labels', of, labels, span: cursor.spanFrom(start)};
  }
  return undefined;
}

/** `a[i]`, `a[i..j]`, `a[..j]`, `a[i..]`; the bracket is taken already. */
function parseIndex(cursor: Cursor, of: Expr, expression: ParseExpression): Expr {
  const {start} = of.span;
  const from = cursor.isSymbol('..') ? undefined : expression(cursor);
  if (from && !cursor.isSymbol('..')) {
    cursor.expectSymbol(']');
    return {kind: 'index', of, index: from, span: cursor.spanFrom(start)};
  }
  cursor.expectSymbol('..');
  const to = cursor.isSymbol(']') ? undefined : expression(cursor);
  cursor.expectSymbol(']');
  return {kind: 'slice', of, from, to, span: cursor.spanFrom(start)};
}
