import type {Expr, Pattern} from '../ast.ts';
import {children, insidePattern} from '../walk.ts';
import type {Scope} from './scope.ts';

/** What patterns and expressions ask of a name. */
export interface Uses {
  /** Whether they ask for the value itself, and not only for properties of it. */
  readonly whole: boolean;
  readonly properties: ReadonlySet<string>;
}

/** The names in scope that patterns and expressions use, and what of each. */
export function usesOf(
  scope: Scope,
  patterns: readonly Pattern[],
  expressions: readonly Expr[],
): ReadonlyMap<string, Uses> {
  const found = new Map<string, {whole: boolean; properties: Set<string>}>();
  const use = (name: string): {whole: boolean; properties: Set<string>} | undefined => {
    if (!scope.names.has(name)) return undefined;
    const held = found.get(name) ?? {whole: false, properties: new Set()};
    found.set(name, held);
    return held;
  };
  const whole = (name: string): void => {
    const used = use(name);
    if (used) used.whole = true;
  };
  const visitPattern = (pattern: Pattern): void => {
    // A path, or a relationship that has a name, holds its nodes.
    const held = [pattern, ...pattern.relationships].some(({variable}) => variable);
    for (const {variable, properties} of pattern.nodes) {
      const used = variable && use(variable.name);
      if (held && variable) whole(variable.name);
      for (const {key} of properties?.kind === 'map' ? properties.entries : []) {
        used?.properties.add(key);
      }
    }
    for (const expr of insidePattern(pattern)) visit(expr);
  };
  const visit = (expr: Expr): void => {
    if (expr.kind === 'property' && expr.of.kind === 'variable') {
      use(expr.of.name)?.properties.add(expr.key.name);
      return;
    }
    if (expr.kind === 'variable') whole(expr.name);
    if (expr.kind === 'mapProjection') whole(expr.of.name);
    if (expr.kind === 'pattern' || expr.kind === 'patternComprehension') visitPattern(expr.pattern);
    if (expr.kind === 'exists') expr.patterns.forEach(visitPattern);
    for (const child of children(expr)) visit(child);
  };
  patterns.forEach(visitPattern);
  expressions.forEach(visit);
  return found;
}
