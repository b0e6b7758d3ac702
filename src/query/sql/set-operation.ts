import type {Plan} from '../plan.ts';
import type {SelectStmt} from './ast.ts';
import {commonCollation, wantEquality} from './collation.ts';
import {AlreadyTold, attempt, problemAt} from './context.ts';
import type {Environment} from './environment.ts';
import {firstLocation} from './first-location.ts';
import {problems} from './problems.ts';
import {queryPlan} from './query.ts';
import {convertedPlan} from './settle.ts';
import {columnAt} from './slots.ts';
import {commonType, spoken} from './types.ts';

const KINDS = {
  SETOP_UNION: 'union',
  SETOP_INTERSECT: 'intersect',
  SETOP_EXCEPT: 'except',
} as const;

/** UNION, INTERSECT, EXCEPT: columns by place, each in a type that both sides become. */
export function setOperationPlan(stmt: SelectStmt, environment: Environment): Plan {
  const {context} = environment;
  const sides = [stmt.larg, stmt.rarg].map((side) =>
    attempt(context, () => queryPlan(side as SelectStmt, environment, {keepUnknown: true})),
  );
  const [left, right] = sides;
  if (!left || !right) throw new AlreadyTold();
  const kind = KINDS[stmt.op as keyof typeof KINDS];
  const location = firstLocation(stmt.rarg);
  if (left.columns.length !== right.columns.length) {
    throw problemAt(context, location, problems['sql-type'], {
      message: `each part of ${kind.toUpperCase()} must have the same number of columns`,
      detail: `The first has ${left.columns.length}, the next ${right.columns.length}.`,
    });
  }
  const types = left.columns.map(({type}, i) => {
    const other = right.columns[i]?.type ?? type;
    const common = commonType([type, other]);
    if (common) return commonCollation(common, [type, other]);
    throw problemAt(context, location, problems['sql-type'], {
      message: `column ${i + 1} of ${kind.toUpperCase()} has two types`,
      detail: `They are ${spoken(type)} and ${spoken(other)}, which do not fit together.`,
      hint: 'cast one of them: (…)::type',
    });
  });
  if (kind !== 'union' || !stmt.all) {
    for (const [i, type] of types.entries()) wantEquality([columnAt(i, type)], {context, location});
  }
  const inputs = [left, right].map((side) => convertedPlan(side, types, context));
  const columns = left.columns.map(({name}, i) => ({name, type: types[i] ?? columnType(left, i)}));
  return {kind, all: stmt.all ?? false, inputs, columns};
}

const columnType = (plan: Plan, i: number) => (plan.columns[i] as Plan['columns'][number]).type;
