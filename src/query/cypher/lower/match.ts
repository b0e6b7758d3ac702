import type {Match} from '../ast.ts';
import type {Context} from './context.ts';
import {siteOf} from './expression.ts';
import {joinGraph} from './graph.ts';
import {lowerTruth} from './logical.ts';
import {graphOf} from './pattern.ts';
import {filtered, type Rows} from './rows.ts';
import {withName} from './scope.ts';

/** MATCH: the rows so far, joined with every way in which the patterns are found. */
export function lowerMatch(context: Context, rows: Rows, match: Match): Rows {
  const graph = graphOf(context, rows.scope, match.patterns);
  if (!graph) return withUnknowns(rows, match);
  const joined = joinGraph(context, rows, graph);
  const site = siteOf(context, joined.scope);
  const conditions = [...graph.conditions, ...(match.where ? [match.where] : [])];
  return filtered(
    joined,
    conditions.map((condition) => lowerTruth(site, condition)),
  );
}

/** After a pattern that has no plan its variables are known, and nothing else of them. */
function withUnknowns(rows: Rows, {patterns}: Match): Rows {
  const names = patterns.flatMap(({nodes, relationships}) =>
    [...nodes, ...relationships].flatMap(({variable}) => (variable ? [variable.name] : [])),
  );
  const scope = names
    .filter((name) => !rows.scope.names.has(name))
    .reduce((known, name) => withName(known, name, {kind: 'unknown'}), rows.scope);
  return {plan: rows.plan, scope};
}
