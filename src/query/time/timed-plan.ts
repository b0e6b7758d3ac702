import {BOOL, INTERVAL, TIMESTAMPTZ, type Type} from '../../data/type.ts';
import type {Expression} from '../expression.ts';
import {columnsOf} from '../optimise-expression.ts';
import type {Plan, TimeCall, Timed, TimeFunction} from '../plan.ts';
import {TRUE_FOR, TRUE_LATER, TRUE_NOW_OR_LATER, TRUE_UNTIL} from './conditions.ts';

/** A function of time with the types it takes and answers; its names are SQL's spellings. */
export interface TimeSignature {
  readonly function: TimeFunction;
  readonly takes: readonly [condition: Type, when: Type];
}

/** The conditions that wait, by name: each takes a truth and a moment or an interval. */
export const TIME_CONDITIONS = {
  true_for: {function: TRUE_FOR, takes: [BOOL, INTERVAL]},
  true_later: {function: TRUE_LATER, takes: [BOOL, TIMESTAMPTZ]},
  true_until: {function: TRUE_UNTIL, takes: [BOOL, TIMESTAMPTZ]},
  true_now_or_later: {function: TRUE_NOW_OR_LATER, takes: [BOOL, TIMESTAMPTZ]},
} satisfies Record<string, TimeSignature>;

/** A plan with one column more, of a function of time, and that column. */
export function withTime(
  input: Plan,
  call: TimeCall,
): {readonly plan: Timed; readonly column: Expression} {
  const {type} = call;
  const columns = [...input.columns, {name: call.function.name, type}];
  const column: Expression = {kind: 'column', index: input.columns.length, type};
  const width = input.kind === 'timed' ? input.width : input.columns.length;
  return {plan: merged({kind: 'timed', columns, input, width, functions: [call]}), column};
}

/** Time functions right above each other as one node, which remembers each row once. */
function merged(plan: Timed): Timed {
  const {input} = plan;
  if (input.kind !== 'timed') return plan;
  const width = input.input.columns.length;
  const apart = plan.functions.every(({args}) => args.every((arg) => readsBelow(arg, width)));
  const alike = historyOf(input) === historyOf(plan);
  if (!apart || !alike) return plan;
  return {...plan, input: input.input, functions: [...input.functions, ...plan.functions]};
}

const historyOf = ({functions}: Timed): boolean => functions.some((call) => call.function.history);

function readsBelow(expression: Expression, width: number): boolean {
  return [...columnsOf(expression)].every((index) => index < width);
}
