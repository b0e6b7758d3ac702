import type {Expression} from '../expression.ts';
import {analyse} from './analyse.ts';
import {type ColumnRef, locationOf, type Node, texts} from './ast.ts';
import {attempt, problemAt} from './context.ts';
import {isStar, itemName} from './item-names.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';

/** A column of the select list. */
export interface Item {
  readonly name: string;
  readonly expression: Expression;
  readonly location: number;
}

/** The names that a select list gives with AS. */
export const givenNames = (nodes: readonly Node[]): ReadonlySet<string> =>
  new Set(nodes.flatMap((node) => ('ResTarget' in node ? (node.ResTarget.name ?? []) : [])));

/** The select list, with its stars written out. */
export function selectedItems(nodes: readonly Node[], site: Site): readonly Item[] {
  return nodes.flatMap((node) => {
    if (!('ResTarget' in node) || !node.ResTarget.val) return [];
    const {val, name} = node.ResTarget;
    return attempt(site.context, () => itemsOf(val, name, site)) ?? [];
  });
}

function itemsOf(node: Node, name: string | undefined, site: Site): readonly Item[] {
  const location = Math.max(locationOf(node), 0);
  if ('ColumnRef' in node && isStar(node)) {
    return starItems(node.ColumnRef, site).map((item) => ({...item, location}));
  }
  return [{name: name ?? itemName(node), expression: analyse(site, node), location}];
}

function starItems({fields = [], location}: ColumnRef, {context, scope}: Site) {
  const names = texts(fields.filter((field) => 'String' in field));
  if (names.length === 0) {
    if (scope.relations.length > 0) return scope.visible;
    throw problemAt(context, location, problems['sql-misplaced'], {
      message: 'SELECT * wants a FROM',
    });
  }
  const relation = scope.relations.find((one) => one.name === names.at(-1));
  if (relation) return relation.columns;
  throw problemAt(context, location, problems['sql-unknown-table'], {
    name: names.join('.'),
    known: `FROM has ${scope.relations.map((one) => one.name).join(', ') || 'nothing'}.`,
  });
}
