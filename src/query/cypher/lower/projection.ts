import type {Expr, Item, Projection} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import type {Rows} from './rows.ts';

/** A column of a WITH or RETURN: its name, and the expression under it. */
export interface Named {
  readonly name: string;
  readonly expression: Expr;
}

/** The items of a projection with their names, `*` written out; duplicates are reported. */
export function itemsOf(context: Context, rows: Rows, projection: Projection): readonly Named[] {
  const star = projection.star ? starItems(context, rows, projection) : [];
  const named = projection.items.map((item) => ({
    name: nameOf(context, projection.kind, item),
    expression: item.expression,
  }));
  const items = [...star, ...named];
  const seen = new Set<string>();
  for (const {name, expression} of items) {
    if (seen.has(name)) refuseDuplicate(context, name, expression);
    seen.add(name);
  }
  return items;
}

function starItems(context: Context, {scope}: Rows, {span, kind}: Projection): readonly Named[] {
  const names = [...scope.names.keys()].filter((name) => !name.startsWith(' '));
  if (names.length === 0 && kind === 'return') {
    const place = context.place(span);
    const message = 'RETURN * has nothing to return';
    context.report(problems['cypher-misplaced']({message, at: place}, {place}));
  }
  return names.map((name) => ({name, expression: {kind: 'variable', name, span}}));
}

/**
 * The alias; else the key of a property, the name of a variable, or the text as written.
 * WITH takes only the first and the third, since its names are used further on.
 */
function nameOf(context: Context, kind: 'with' | 'return', {alias, expression}: Item): string {
  if (alias) return alias.name;
  if (expression.kind === 'variable') return expression.name;
  const {start, end} = expression.span;
  const text = context.text.slice(start, end);
  if (kind === 'return') return expression.kind === 'property' ? expression.key.name : text;
  const place = context.place(expression.span);
  const message = 'an expression in WITH needs a name';
  const hint = `write ${text.length > 40 ? '…' : text} AS name`;
  context.report(problems['cypher-misplaced']({message, at: place, hint}, {place}));
  return text;
}

function refuseDuplicate(context: Context, name: string, expression: Expr): void {
  const place = context.place(expression.span);
  const {start, end} = expression.span;
  const hint = `give it a name of its own: ${context.text.slice(start, end)} AS other_name`;
  const facts = {what: 'column', name, at: place, hint};
  context.report(problems['cypher-duplicate-name'](facts, {place}));
}
