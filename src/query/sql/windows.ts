import type {Expression} from '../expression.ts';
import type {Plan, Window} from '../plan.ts';
import {mapSort, mapWindowCall} from './plan-expressions.ts';
import {sameExpression} from './same.ts';
import type {WindowUse} from './scope.ts';
import {columnAt, withSlots} from './slots.ts';

export interface Windowed {
  readonly plan: Plan;
  /** Where the value of each window function stands in the plan's rows. */
  readonly places: readonly number[];
}

/** The plan with the values of window functions behind its columns. */
export function windowed(
  plan: Plan,
  uses: readonly WindowUse[],
  over: (expression: Expression) => Expression,
): Windowed {
  const places: number[] = [];
  let result = plan;
  for (const use of uses) {
    places.push(result.columns.length);
    const partitionBy = use.partitionBy.map(over);
    const orderBy = use.orderBy.map((key) => mapSort(key, over));
    const call = mapWindowCall(use.call, over);
    const column = {name: call.function.name, type: call.type};
    const last = result === plan ? undefined : windowOf(result);
    result =
      last && sameWindow(last, {partitionBy, orderBy})
        ? {...last, columns: [...last.columns, column], functions: [...last.functions, call]}
        : {
            kind: 'window',
            input: result,
            columns: [...result.columns, column],
            partitionBy,
            orderBy,
            functions: [call],
          };
  }
  return {plan: result, places};
}

const windowOf = (plan: Plan): Window | undefined => (plan.kind === 'window' ? plan : undefined);

function sameWindow(a: Window, b: Pick<Window, 'partitionBy' | 'orderBy'>): boolean {
  return (
    a.partitionBy.length === b.partitionBy.length &&
    a.orderBy.length === b.orderBy.length &&
    a.partitionBy.every((one, i) => sameExpression(one, b.partitionBy[i] as Expression)) &&
    a.orderBy.every((key, i) => {
      const other = b.orderBy[i];
      return (
        other !== undefined &&
        key.descending === other.descending &&
        key.nullsFirst === other.nullsFirst &&
        sameExpression(key.expression, other.expression)
      );
    })
  );
}

export const withWindows = (expression: Expression, places: readonly number[]): Expression =>
  withSlots(expression, 'window', (at, type) => columnAt(places[at] ?? at, type));
