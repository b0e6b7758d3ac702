import type {Key} from '../data/key.ts';
import {storedValue} from '../data/stored-row.ts';
import type {Value} from '../data/value.ts';
import {fingerprint} from '../lib/fingerprint.ts';
import type {OperatorMemory} from './operators/row-memory.ts';
import type {Plan} from './plan.ts';
import {inputsOf, withInputs} from './plan-walk.ts';
import type {TimeMemory} from './query.ts';
import type {Stage} from './stage.ts';

/**
 * The memories of a plan's operators as one; undefined where none has any.
 *
 * An operator is named by the fingerprint of its part of the plan. So what is above it may
 * change without a loss; and where it or its input is another, its memory is nobody's.
 */
export function timeMemory(stages: Iterable<Stage>): TimeMemory | undefined {
  const operators = byName(stages);
  if (operators.size === 0) return undefined;
  // Keys that were recalled and are of no operator here: to be told as forgotten, once.
  let strange: string[] = [];
  let recalled = false;

  return {
    get recalled() {
      return recalled;
    },
    *all() {
      for (const [name, operator] of operators) {
        for (const [key, text] of operator.all()) yield [memoryKey(name, key), text];
      }
    },
    changes() {
      const changed = new Map<string, string | undefined>();
      for (const key of strange.splice(0)) changed.set(key, undefined);
      for (const [name, operator] of operators) {
        for (const [key, text] of operator.changes()) changed.set(memoryKey(name, key), text);
      }
      return changed;
    },
    recall(memory) {
      const texts = new Map([...operators.keys()].map((name) => [name, new Map<Key, string>()]));
      strange = [];
      recalled = true;
      for (const [whole, text] of memory) {
        const {name, key} = readMemoryKey(whole);
        const ofOperator = texts.get(name);
        if (ofOperator) ofOperator.set(key, text);
        else strange.push(whole);
      }
      for (const [name, operator] of operators) operator.recall(texts.get(name) ?? new Map());
    },
  };
}

/** Operators that do the same are told apart by a number: they remember the same. */
function byName(stages: Iterable<Stage>): ReadonlyMap<string, OperatorMemory> {
  const operators = new Map<string, OperatorMemory>();
  const done = new Map<Plan, string>();
  for (const {plan, memory} of stages) {
    if (!memory) continue;
    const print = planPrint(plan, done);
    let name = print;
    for (let copy = 2; operators.has(name); copy++) name = `${print}.${copy}`;
    operators.set(name, memory);
  }
  return operators;
}

/** A node's fingerprint, its inputs' included; `done` has those of nodes seen before. */
function planPrint(plan: Plan, done: Map<Plan, string>): string {
  // Whether a part of it is shared is no difference: it may be another after a restart.
  if (plan.kind === 'scan' && plan.of) return planPrint(plan.of, done);
  const held = done.get(plan);
  if (held !== undefined) return held;
  const own = JSON.stringify(
    withInputs(plan, () => NO_INPUT),
    plain,
  );
  const inputs = inputsOf(plan).map((input) => planPrint(input, done));
  const print = fingerprint([own, ...inputs].join(' '));
  done.set(plan, print);
  return print;
}

const NO_INPUT: Plan = {kind: 'values', columns: [], rows: []};

/** A plan is plain data but for functions, which have names, and the values of constants. */
function plain(this: unknown, key: string, value: unknown): unknown {
  if (key === 'rows') return (value as readonly Value[][]).map(storedValue);
  const constant = key === 'value' && (this as {kind?: unknown}).kind === 'literal';
  if (constant) return storedValue(value as Value);
  return typeof value === 'bigint' ? String(value) : value;
}

/** A number and a text never share one. */
const memoryKey = (name: string, key: Key): string =>
  typeof key === 'number' ? `${name}#${key}` : `${name}:${key}`;

function readMemoryKey(whole: string): {readonly name: string; readonly key: Key} {
  const at = whole.search(/[#:]/);
  const key = whole.slice(at + 1);
  return {name: whole.slice(0, at), key: whole[at] === '#' ? Number(key) : key};
}
