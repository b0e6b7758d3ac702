import type {Name, Pattern} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import type {Scope} from './scope.ts';

/**
 * Whether the names of relationships and paths are new, each of them: only a node can be
 * matched again. Those that are not are reported.
 */
export function areNamesNew(context: Context, scope: Scope, patterns: readonly Pattern[]): boolean {
  const nodes = patterns.flatMap((pattern) => pattern.nodes);
  const taken = new Set([...scope.names.keys(), ...nodes.flatMap(nameOf)]);
  let clear = true;
  const take = (variable: Name | undefined, what: string): void => {
    if (!variable) return;
    if (taken.has(variable.name)) {
      const hint = `give the ${what} a name of its own, or none`;
      const facts = {what: 'variable', name: variable.name, hint};
      const place = context.place(variable.span);
      context.report(problems['cypher-duplicate-name'](facts, {place}));
      clear = false;
    }
    taken.add(variable.name);
  };
  for (const {variable, relationships} of patterns) {
    for (const relationship of relationships) take(relationship.variable, 'relationship');
    take(variable, 'path');
  }
  return clear;
}

const nameOf = ({variable}: {readonly variable: Name | undefined}): readonly string[] =>
  variable ? [variable.name] : [];
