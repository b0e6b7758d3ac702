import {UNKNOWN} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {analyse, condition, inCommon} from './analyse.ts';
import type {CaseExpr, Node} from './ast.ts';
import {locationOf} from './ast.ts';
import {comparison} from './comparison.ts';
import type {Site} from './scope.ts';

/** CASE WHEN …, and CASE x WHEN …, which compares x with each. */
export function caseOf(site: Site, {arg, args = [], defresult}: CaseExpr): Expression {
  const subject = arg && analyse(site, arg);
  const clauses = args.flatMap((one) => ('CaseWhen' in one ? [one.CaseWhen] : []));
  const whens = clauses.map(({expr}) =>
    subject
      ? comparison('=', [subject, analyse(site, expr as Node)], {
          context: site.context,
          location: locationOf(expr),
        })
      : condition({...site, clause: 'CASE WHEN'}, expr as Node),
  );
  const results = [...clauses.map(({result}) => result), defresult];
  const nothing: Expression = {kind: 'literal', value: null, type: UNKNOWN};
  const values = inCommon(
    site,
    results.map((node) => (node ? analyse(site, node) : nothing)),
    {nodes: results, what: 'CASE'},
  );
  const otherwise = values.at(-1) as Expression;
  return {
    kind: 'case',
    // biome-ignore lint/suspicious/noThenProperty: CASE's own word, on data nobody awaits.
    branches: whens.map((when, i) => ({when, then: values[i] as Expression})),
    otherwise,
    type: otherwise.type,
  };
}
