import type {Type} from '../../data/type.ts';
import {TEXT} from '../../data/type.ts';
import type {Plan} from '../plan.ts';
import {implicitly} from './coerce.ts';
import type {Context} from './context.ts';
import {columnAt} from './slots.ts';

/** The plan with each column in the type wanted, by place. */
export function convertedPlan(plan: Plan, types: readonly Type[], context: Context): Plan {
  const at = {context, location: 0};
  const same = plan.columns.every(({type}, i) => type === types[i]);
  if (same) return plan;
  const columns = plan.columns.map(({name}, i) => ({name, type: types[i] as Type}));
  // A constant in a projection becomes one of the type; a column is converted row by row.
  const [input, expressions] =
    plan.kind === 'project'
      ? [plan.input, plan.expressions]
      : [plan, plan.columns.map(({type}, i) => columnAt(i, type))];
  return {
    kind: 'project',
    input,
    columns,
    expressions: expressions.map((one, i) => implicitly(one, types[i] as Type, at)),
  };
}

/** Columns that nothing has given a type are texts. */
export const settledPlan = (plan: Plan, context: Context): Plan =>
  convertedPlan(
    plan,
    plan.columns.map(({type}) => (type.kind === 'unknown' ? TEXT : type)),
    context,
  );
