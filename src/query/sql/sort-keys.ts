import type {Expression} from '../expression.ts';
import type {SortKey} from '../plan.ts';
import {analyse} from './analyse.ts';
import {locationOf, type Node, type SortBy, texts} from './ast.ts';
import {settledExpression} from './coerce.ts';
import {wantEquality, wantOrder} from './collation.ts';
import {notSupported, problemAt} from './context.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';
import {spoken} from './types.ts';

/** How ORDER BY and GROUP BY find what is selected: by its name, or its place from 1. */
export interface Selected {
  readonly name: (name: string) => Expression | undefined;
  readonly place?: (place: number) => Expression | undefined;
}

/** ORDER BY; nulls are last going up and first going down, unless told otherwise. */
export function sortKeys(
  site: Site,
  nodes: readonly Node[],
  selected: Selected,
): readonly SortKey[] {
  return nodes.flatMap((node) => ('SortBy' in node ? [sortKey(site, node.SortBy, selected)] : []));
}

function sortKey(
  site: Site,
  {node, sortby_dir, sortby_nulls}: SortBy,
  selected: Selected,
): SortKey {
  const {context} = site;
  const location = locationOf(node);
  if (sortby_dir === 'SORTBY_USING') throw notSupported(context, location, 'ORDER BY … USING');
  const expression = sortedExpression(site, node as Node, selected);
  wantOrder([expression], {context, location});
  const descending = sortby_dir === 'SORTBY_DESC';
  const nullsFirst =
    sortby_nulls === 'SORTBY_NULLS_FIRST' || (sortby_nulls !== 'SORTBY_NULLS_LAST' && descending);
  return {expression, descending, nullsFirst};
}

/** What DISTINCT ON names: what can be ordered by, in whatever order. */
export function distinctKey(site: Site, node: Node, selected: Selected): Expression {
  const expression = sortedExpression(site, node, selected);
  wantEquality([expression], {context: site.context, location: locationOf(node)});
  return expression;
}

function sortedExpression(site: Site, node: Node, selected: Selected): Expression {
  const {context} = site;
  const location = locationOf(node);
  const found = selectedOr(site, node, selected);
  const expression = settledExpression(found, {context, location});
  const {kind} = expression.type;
  if (kind !== 'json' && kind !== 'other') return expression;
  throw problemAt(context, location, problems['sql-type'], {
    message: `values of type ${spoken(expression.type)} have no order`,
    hint: 'order by a part of it, or by its text',
  });
}

/** A bare name or number stands for what is selected; anything else is an expression. */
export function selectedOr(site: Site, node: Node, selected: Selected): Expression {
  const {context} = site;
  if ('A_Const' in node && selected.place) {
    const {ival, location} = node.A_Const;
    const found = ival && selected.place(ival.ival ?? 0);
    if (found) return found;
    throw problemAt(context, location, problems['sql-misplaced'], {
      message: `${site.clause} by a constant: it is no place in the select list`,
      hint: 'write a place from 1 on, or a name',
    });
  }
  if ('ColumnRef' in node) {
    const names = texts(node.ColumnRef.fields);
    const found = names.length === 1 ? selected.name(names[0] ?? '') : undefined;
    if (found) return found;
  }
  return analyse(site, node);
}
