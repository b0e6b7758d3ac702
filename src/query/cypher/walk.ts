import {unreachable} from '../../lib/assert.ts';
import type {Clause, Exists, Expr, Pattern, PatternComprehension, Query} from './ast.ts';
import type {Span} from './text.ts';

/** The expressions directly inside an expression, in the order they are written. */
export function children(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'null':
    case 'boolean':
    case 'integer':
    case 'float':
    case 'string':
    case 'variable':
    case 'parameter':
    case 'countStar':
      return [];
    case 'not':
    case 'minus':
    case 'plus':
    case 'isNull':
    case 'property':
    case 'labels':
      return [expr.of];
    case 'and':
    case 'or':
    case 'xor':
    case 'call':
      return expr.args;
    case 'list':
      return expr.items;
    case 'binary':
      return [expr.left, expr.right];
    case 'comparison':
      return expr.operands;
    case 'index':
      return [expr.of, expr.index];
    case 'slice':
      return present(expr.of, expr.from, expr.to);
    default:
      return childrenOfCompound(expr);
  }
}

type Compound = Extract<
  Expr,
  | {kind: 'pattern'}
  | {kind: 'patternComprehension'}
  | {kind: 'exists'}
  | {kind: 'map'}
  | {kind: 'mapProjection'}
  | {kind: 'case'}
  | {kind: 'listComprehension'}
  | {kind: 'quantifier'}
  | {kind: 'reduce'}
>;

function childrenOfCompound(expr: Compound): readonly Expr[] {
  switch (expr.kind) {
    case 'map':
      return expr.entries.map(({value}) => value);
    case 'mapProjection':
      return expr.items.flatMap((item) => (item.kind === 'entry' ? [item.value] : []));
    case 'case': {
      const branches = expr.branches.flatMap(({when, value}) => [when, value]);
      return present(expr.subject, ...branches, expr.otherwise);
    }
    case 'listComprehension':
      return present(expr.list, expr.where, expr.map);
    case 'quantifier':
      return [expr.list, expr.where];
    case 'reduce':
      return [expr.initial, expr.list, expr.body];
    case 'pattern':
      return insidePattern(expr.pattern);
    case 'patternComprehension':
      return [...insidePattern(expr.pattern), ...present(expr.where, expr.map)];
    case 'exists':
      return [...expr.patterns.flatMap(insidePattern), ...present(expr.where)];
    default:
      return unreachable(expr);
  }
}

const present = (...exprs: readonly (Expr | undefined)[]): readonly Expr[] =>
  exprs.filter((expr) => expr !== undefined);

/** The expressions inside of a pattern's nodes and relationships. */
export function insidePattern({nodes, relationships}: Pattern): readonly Expr[] {
  return [...nodes, ...relationships].flatMap(({properties, where}) => present(properties, where));
}

/** The expressions of a clause, outermost. */
export function clauseExpressions(clause: Clause): readonly Expr[] {
  switch (clause.kind) {
    case 'match':
      return [...clause.patterns.flatMap(insidePattern), ...present(clause.where)];
    case 'unwind':
      return [clause.list];
    case 'filter':
      return [clause.where];
    case 'with':
    case 'return': {
      const items = clause.items.map(({expression}) => expression);
      const order = clause.orderBy.map(({expression}) => expression);
      const groups = clause.groupBy ?? [];
      return present(...items, ...groups, ...order, clause.skip, clause.limit, clause.where);
    }
  }
}

/** The patterns of a clause, those in its expressions too. */
export function patternsIn(clause: Clause): readonly Pattern[] {
  const own = clause.kind === 'match' ? clause.patterns : [];
  return [...own, ...clauseExpressions(clause).flatMap(patternsInside)];
}

function patternsInside(expr: Expr): readonly Pattern[] {
  return [...ownPatterns(expr), ...children(expr).flatMap(patternsInside)];
}

function ownPatterns(expr: Expr): readonly Pattern[] {
  if (expr.kind === 'exists') return expr.patterns;
  return expr.kind === 'pattern' || expr.kind === 'patternComprehension' ? [expr.pattern] : [];
}

/** An expression of the query that is nested deeper than `max`, if there is one. */
export function tooDeep({parts}: Query, max: number): Expr | undefined {
  let level = parts.flatMap(({clauses}) => clauses.flatMap(clauseExpressions));
  for (let depth = 1; depth <= max; depth++) level = level.flatMap(children);
  return level[0];
}

/** The first clause or node of a pattern that comes after `max` others. */
export function beyond({parts}: Query, max: number): {readonly span: Span} | undefined {
  let count = 0;
  for (const {clauses} of parts) {
    for (const clause of clauses) {
      const nodes = clause.kind === 'match' ? clause.patterns.flatMap(({nodes}) => nodes) : [];
      for (const step of [clause, ...nodes]) if (++count > max) return step;
    }
  }
  return undefined;
}

/** Whether the test holds for the expression or anything inside it. */
export function anyInside(expr: Expr, test: (expr: Expr) => boolean): boolean {
  return test(expr) || children(expr).some((child) => anyInside(child, test));
}

/** A question about other rows: whether a pattern is found, or what it finds. */
export type PatternExpr = Extract<Expr, {kind: 'pattern'}> | Exists | PatternComprehension;

export const isPatternExpr = (expr: Expr): expr is PatternExpr =>
  expr.kind === 'pattern' || expr.kind === 'exists' || expr.kind === 'patternComprehension';
