import type {Type} from '../data/type.ts';
import type {Row, Value} from '../data/value.ts';

/**
 * An expression over one row, resolved and typed: names have become positions and
 * overloads functions. It no longer knows the language it was written in; what differs
 * between languages (division, equality, what null does) is in the functions chosen.
 */
export type Expression =
  | {readonly kind: 'column'; readonly index: number; readonly type: Type}
  | {readonly kind: 'literal'; readonly value: Value; readonly type: Type}
  | {
      readonly kind: 'call';
      readonly function: ScalarFunction;
      readonly args: readonly Expression[];
      readonly type: Type;
    }
  /** Three-valued, and short of what need not be known: false AND error is false. */
  | {readonly kind: 'and' | 'or'; readonly args: readonly Expression[]; readonly type: Type}
  | {readonly kind: 'not'; readonly arg: Expression; readonly type: Type}
  | {readonly kind: 'isNull'; readonly arg: Expression; readonly type: Type}
  | {
      readonly kind: 'case';
      readonly branches: readonly {readonly when: Expression; readonly then: Expression}[];
      readonly otherwise: Expression;
      readonly type: Type;
    }
  /** The first argument that is not null; the others are not evaluated. */
  | {readonly kind: 'coalesce'; readonly args: readonly Expression[]; readonly type: Type}
  /**
   * A function that takes a body to run for each element of a list (comprehension, reduce,
   * quantifier). `body` sees the outer row with the body's own variables after its columns:
   * the first of them stands at position `width`.
   */
  | {
      readonly kind: 'fold';
      readonly function: FoldFunction;
      readonly args: readonly Expression[];
      readonly width: number;
      readonly bodies: readonly Expression[];
      readonly type: Type;
    };

/**
 * A function of values. `name` is unique among functions and printed in plans. A strict
 * one named `=`, or with ` =` at the end (`int =`), is equality: the engine looks its
 * arguments up by key where their types allow it (`optimise-expression.ts`).
 */
export interface ScalarFunction {
  readonly name: string;
  /** Null in any argument gives null, and `compute` never sees one. */
  readonly strict: boolean;
  /** Throws a Problem when the values are outside its domain and the language says so. */
  readonly compute: (...args: Value[]) => Value;
  /** It answers its only argument as it is, and says something of it, as COLLATE does. */
  readonly identity?: true;
  /** Its text in Postgres's SQL, for the plan printed as SQL; absent where it has none. */
  readonly sql?: (...args: string[]) => string;
}

/** `bodies` take the values of the variables and answer the body's value for them. */
export interface FoldFunction {
  readonly name: string;
  readonly compute: (
    args: readonly Value[],
    bodies: readonly ((...variables: Value[]) => Value)[],
  ) => Value;
}

/** A compiled expression. */
export type Evaluate = (row: Row) => Value;
