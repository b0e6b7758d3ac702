import {BOOL, INT4} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import {sameNode} from './access.ts';
import {compare} from './comparison.ts';
import {literal} from './convert.ts';
import {nodeOf, type Resolved} from './link.ts';
import {isStay} from './relationship.ts';
import {column, type NodeBinding, type Scope} from './scope.ts';

/**
 * The conditions that keep a MATCH from going through a relationship twice. A
 * relationship is known by its type and the nodes it goes from and to.
 */
export function distinctRelationships(
  scope: Scope,
  links: readonly Resolved[],
): readonly Expression[] {
  return links.flatMap((a, i) => links.slice(i + 1).flatMap((b) => notBoth(scope, a, b)));
}

function notBoth(scope: Scope, a: Resolved, b: Resolved): readonly Expression[] {
  const same = waysOf(scope, a).flatMap((first) =>
    waysOf(scope, b).flatMap((second) => sameWay(first, second)),
  );
  return same.map((condition): Expression => ({kind: 'not', arg: condition, type: BOOL}));
}

/** One of the ways to go through a link, and when it is the one that was gone. */
interface Way {
  readonly type: string;
  readonly from: NodeBinding;
  readonly to: NodeBinding;
  readonly when: readonly Expression[];
}

function waysOf(scope: Scope, {link, relations, choice}: Resolved): readonly Way[] {
  if (isStay(link.pattern)) return [];
  const [left, right] = [nodeOf(scope, link.left), nodeOf(scope, link.right)];
  // Which of several was gone is not known here: the rows were told apart before.
  if (relations.length > 1 && choice === undefined) return [];
  return relations.map(({type, forward}, i) => ({
    type,
    from: forward ? left : right,
    to: forward ? right : left,
    when: choice === undefined ? [] : [compare('=', column(choice, INT4), literal(i, INT4))],
  }));
}

function sameWay(a: Way, b: Way): readonly Expression[] {
  if (a.type !== b.type) return [];
  const [from, to] = [sameNode(a.from, b.from), sameNode(a.to, b.to)];
  if (!from || !to) return [];
  return [{kind: 'and', args: [...a.when, ...b.when, from, to], type: BOOL}];
}
