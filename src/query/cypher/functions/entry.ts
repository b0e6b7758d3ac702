import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';

/** A function of openCypher over values of type `any`. */
export interface FunctionEntry {
  readonly name: string;
  /** The fewest and the most arguments. */
  readonly arity: readonly [min: number, max: number];
  /** What it takes, in words: for the message about a wrong call. */
  readonly usage: string;
  /** Whether null in any argument gives null without a call. */
  readonly strict: boolean;
  /** The type of its values where they are not of type `any`; the form must be that type's. */
  readonly type: Type;
  readonly compute: (...args: Value[]) => Value;
}

/** Declares functions in a row each; they are null as soon as an argument is. */
export function entry(
  name: string,
  [usage, min, max = min]: readonly [usage: string, min: number, max?: number],
  type: Type,
  compute: (...args: Value[]) => Value,
): FunctionEntry {
  return {name, arity: [min, max], usage, strict: true, type, compute};
}

/** The Problem of a function that was given a value of the wrong type. */
export function refuse(name: string, expected: string, value: Value): never {
  const message = `${name} takes ${expected}, and not ${anyText(value)}`;
  throw problems['cypher-value']({message});
}

export function textArgument(name: string, value: Value): string {
  return typeof value === 'string' ? value : refuse(name, 'a string', value);
}
