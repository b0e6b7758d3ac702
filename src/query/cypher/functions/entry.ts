import type {Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';

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
  readonly type?: Type;
  readonly compute: (...args: Value[]) => Value;
}

/** A function that is null as soon as an argument is. */
export function entry(
  name: string,
  arity: readonly [number, number],
  usage: string,
  compute: (...args: Value[]) => Value,
  type?: Type,
): FunctionEntry {
  return {name, arity, usage, strict: true, compute, ...(type && {type})};
}
