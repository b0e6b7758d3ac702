import {storedValue} from '../data/stored-row.ts';
import type {Type} from '../data/type.ts';
import type {Value} from '../data/value.ts';
import type {Plan} from './plan.ts';
import {inputsOf, withInputs} from './plan-walk.ts';

/**
 * Texts of plans, of which two are alike only where the plans say the same of the same
 * tables: a line for each node, in the order in which they are needed. What columns are
 * called is left out, since nothing is computed by names. A node that stands in several
 * places is one line, and so are two that say the same.
 *
 * What a function does follows from its name, its arguments and all their types, within
 * one language and one description of the tables: who compares texts compares no others.
 * Values of type `any` are an exception, since functions of those may be made for one
 * place in one query: they are the same only where they are the same object.
 */
export interface PlanTexts {
  of(plan: Plan): string;
}

export function planTexts(functions: FunctionNames): PlanTexts {
  const ownTexts = new Map<Plan, string>();

  function ownText(plan: Plan): string {
    const held = ownTexts.get(plan);
    if (held !== undefined) return held;
    const bare = {...withInputs(plan, () => NO_INPUT), columns: plan.columns.map(typeOf)};
    const text = JSON.stringify(bare, plain(functions));
    ownTexts.set(plan, text);
    return text;
  }

  return {
    of(root) {
      const lines = new Map<string, number>();
      const done = new Map<Plan, number>();
      const visit = (plan: Plan): number => {
        const held = done.get(plan);
        if (held !== undefined) return held;
        const line = `${inputsOf(plan).map(visit).join(' ')} ${ownText(plan)}`;
        const number = lines.get(line) ?? lines.size;
        lines.set(line, number);
        done.set(plan, number);
        return number;
      };
      visit(root);
      return [...lines.keys()].join('\n');
    },
  };
}

/** Tells functions apart that have one name: by numbers, for as long as this is kept. */
export interface FunctionNames {
  numberOf(made: object): number;
}

export function functionNames(): FunctionNames {
  const numbers = new WeakMap<object, number>();
  let last = 0;
  return {
    numberOf(made) {
      const number = numbers.get(made) ?? ++last;
      numbers.set(made, number);
      return number;
    },
  };
}

const NO_INPUT: Plan = {kind: 'values', columns: [], rows: []};
const typeOf = ({type}: {readonly type: Type}): Type => type;

interface Called {
  readonly kind?: string;
  readonly type: Type;
  readonly args: readonly {readonly type: Type}[];
}

/** Makes plain data of what a plan holds besides. */
function plain(functions: FunctionNames) {
  return function (this: unknown, key: string, value: unknown): unknown {
    if (key === 'rows') return (value as readonly Value[][]).map(storedValue);
    const constant = key === 'value' && (this as {kind?: unknown}).kind === 'literal';
    if (constant) return storedValue(value as Value);
    if (key === 'function' && typeof value === 'object' && value !== null) {
      return made(this as Called) ? {...value, made: functions.numberOf(computeOf(value))} : value;
    }
    return typeof value === 'bigint' ? String(value) : value;
  };
}

/** Whether a call's function may have been made for its place, which its name need not tell. */
function made({kind, type, args}: Called): boolean {
  if (kind === 'fold') return true;
  // Aggregates have no kind: they are found by name and types, of type `any` too.
  return kind === 'call' && [type, ...args.map(typeOf)].some((one) => one.kind === 'any');
}

const computeOf = (called: object): object => (called as {readonly compute: object}).compute;
