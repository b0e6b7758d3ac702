import type {Expression} from '../expression.ts';
import {locationOf, type Node, texts} from './ast.ts';
import {settledExpression} from './coerce.ts';
import {wantEquality} from './collation.ts';
import {attempt, notSupported} from './context.ts';
import type {Groups} from './grouping.ts';
import {sameExpression} from './same.ts';
import type {Site} from './scope.ts';
import {selectedOr} from './sort-keys.ts';

/** More sets than this are no query that somebody reads. */
const SETS_MAX = 64;

interface Selected {
  readonly name: string;
  readonly expression: Expression;
}

/** GROUP BY: its expressions, and the sets of them that ROLLUP and its like ask for. */
export function groupsOf(site: Site, nodes: readonly Node[], items: readonly Selected[]): Groups {
  const expressions: Expression[] = [];

  function placeOf(node: Node): number {
    const {context} = site;
    const at = {context, location: locationOf(node)};
    const found = settledExpression(keyExpression(site, node, items), at);
    if (found.type.kind === 'json' || found.type.kind === 'other') {
      throw notSupported(
        context,
        at.location,
        `GROUP BY a value of type ${found.type.kind}`,
        'group by its text',
      );
    }
    wantEquality([found], at);
    const known = expressions.findIndex((one) => sameExpression(one, found));
    return known < 0 ? expressions.push(found) - 1 : known;
  }

  /** The sets that one item of GROUP BY stands for. */
  function setsOf(node: Node): number[][] {
    if ('RowExpr' in node) return [(node.RowExpr.args ?? []).map(placeOf)];
    if (!('GroupingSet' in node)) return [[placeOf(node)]];
    const {kind, content = []} = node.GroupingSet;
    const parts = (): number[][] => content.map((part) => setsOf(part).flat());
    switch (kind) {
      case 'GROUPING_SET_EMPTY':
        return [[]];
      case 'GROUPING_SET_SETS':
        return content.flatMap(setsOf);
      case 'GROUPING_SET_ROLLUP': {
        const all = parts();
        return [...all.map((_, i) => all.slice(0, all.length - i).flat()), []];
      }
      case 'GROUPING_SET_CUBE':
        return cube(parts());
      default:
        return [content.map(placeOf)];
    }
  }

  let sets: number[][] = [[]];
  for (const node of nodes) {
    const next = attempt(site.context, () => setsOf(node)) ?? [[]];
    sets = sets.flatMap((set) => next.map((more) => [...new Set([...set, ...more])]));
    if (sets.length > SETS_MAX) {
      throw notSupported(site.context, locationOf(node), `more than ${SETS_MAX} grouping sets`);
    }
  }
  return {expressions, sets};
}

/** Every combination of the parts, all of them first. */
function cube([first, ...rest]: readonly number[][]): number[][] {
  if (!first) return [[]];
  const others = cube(rest);
  return [...others.map((set) => [...first, ...set]), ...others];
}

/** A bare name is a column of FROM first, and only then one of the select list. */
function keyExpression(site: Site, node: Node, items: readonly Selected[]): Expression {
  const inFrom = (name: string): boolean => site.scope.visible.some((one) => one.name === name);
  const names = 'ColumnRef' in node ? texts(node.ColumnRef.fields) : [];
  return selectedOr(site, node, {
    name: (name) =>
      names.length === 1 && inFrom(name)
        ? undefined
        : items.find((item) => item.name === name)?.expression,
    place: (place) => items[place - 1]?.expression,
  });
}
