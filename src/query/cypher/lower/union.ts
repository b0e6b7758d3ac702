import type {Column} from '../../../data/schema.ts';
import {ANY} from '../../../data/type.ts';
import type {Plan} from '../../plan.ts';
import type {Query} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';
import {toAny} from './convert.ts';
import {projected} from './rows.ts';
import {column} from './scope.ts';

/** The parts of a query together: their columns have one order and one set of names. */
export function unionOf(context: Context, query: Query, plans: readonly Plan[]): Plan | undefined {
  const [first, ...others] = plans;
  if (!first || others.length === 0) return first;
  const names = first.columns.map(({name}) => name);
  for (const [i, plan] of others.entries()) {
    const span = query.parts[i + 1]?.span ?? query.span;
    const same = plan.columns.map(({name}) => name).join('\n') === names.join('\n');
    if (!same) refuseColumns(context, {span, names});
  }
  const columns = first.columns.map(({name}, i): Column => {
    const types = plans.map((plan) => plan.columns[i]?.type ?? ANY);
    const one = types.every(({kind}) => kind === types[0]?.kind && kind !== 'array');
    return {name, type: one ? (types[0] ?? ANY) : ANY};
  });
  const inputs = plans.map((plan) => alike(plan, columns));
  return {kind: 'union', all: query.all, columns, inputs};
}

/** The plan with its columns in the types that all parts have. */
function alike(plan: Plan, columns: readonly Column[]): Plan {
  if (plan.columns.every(({type}, i) => type.kind === columns[i]?.type.kind)) return plan;
  const values = plan.columns.map(({type}, i) => {
    const value = column(i, type);
    return columns[i]?.type.kind === 'any' ? toAny(value) : value;
  });
  return projected(plan, columns, values);
}

function refuseColumns(
  context: Context,
  {span, names}: {span: {start: number; end: number}; names: readonly string[]},
): void {
  const place = context.place(span);
  const message = 'the parts of a UNION have different columns';
  const hint = `return the same names in the same order everywhere: ${names.join(', ')}`;
  context.report(problems['cypher-misplaced']({message, hint}, {place}));
}
