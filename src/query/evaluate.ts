import type {Row, Value} from '../data/value.ts';
import {unreachable} from '../lib/assert.ts';
import {compileCall, compileSimpleCall} from './evaluate-call.ts';
import type {Evaluate, Expression} from './expression.ts';

/**
 * Turns an expression into a closure over a row, once; per row nothing is looked up or
 * decided that the expression alone decides. Why closures and not generated code:
 * docs/decisions/0002.
 *
 * The closure throws what a function's `compute` throws, and nothing else.
 */
export function compile(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'column': {
      const {index} = expression;
      return (row) => row[index] as Value;
    }
    case 'literal': {
      const {value} = expression;
      return () => value;
    }
    case 'call':
      return (
        compileSimpleCall(expression.function, expression.args, compile) ??
        compileCall(expression.function, expression.args.map(compile))
      );
    case 'and':
      return decisive(expression.args.map(compile), {by: false});
    case 'or':
      return decisive(expression.args.map(compile), {by: true});
    case 'not':
      return not(compile(expression.arg));
    case 'isNull': {
      const arg = compile(expression.arg);
      return (row) => arg(row) === null;
    }
    case 'case':
      return caseOf(expression);
    case 'coalesce':
      return coalesce(expression.args.map(compile));
    case 'fold':
      return fold(expression);
    default:
      return unreachable(expression);
  }
}

/**
 * AND and OR: one argument that is `by` decides, and the rest are not evaluated; without
 * one the answer is null as soon as an argument is null, else the opposite of `by`.
 */
function decisive(args: readonly Evaluate[], {by}: {by: boolean}): Evaluate {
  const [first, second, third, fourth] = args;
  if (!first) return () => !by;
  if (!second) return first;
  if (!third) {
    return (row) => {
      const a = first(row);
      if (a === by) return by;
      const b = second(row);
      if (b === by) return by;
      return a === null || b === null ? null : !by;
    };
  }
  if (!fourth) {
    return (row) => {
      const a = first(row);
      if (a === by) return by;
      const b = second(row);
      if (b === by) return by;
      const c = third(row);
      if (c === by) return by;
      return a === null || b === null || c === null ? null : !by;
    };
  }
  return (row) => {
    let answer: boolean | null = !by;
    for (let i = 0; i < args.length; i++) {
      const value = args[i]!(row);
      if (value === by) return by;
      if (value === null) answer = null;
    }
    return answer;
  };
}

function not(arg: Evaluate): Evaluate {
  return (row) => {
    const value = arg(row);
    return value === null ? null : value !== true;
  };
}

function caseOf(expression: Extract<Expression, {kind: 'case'}>): Evaluate {
  const otherwise = compile(expression.otherwise);
  return expression.branches.reduceRight<Evaluate>((next, branch) => {
    const when = compile(branch.when);
    const then = compile(branch.then);
    return (row) => (when(row) === true ? then(row) : next(row));
  }, otherwise);
}

function coalesce(args: readonly Evaluate[]): Evaluate {
  return (row) => {
    for (const arg of args) {
      const value = arg(row);
      if (value !== null) return value;
    }
    return null;
  };
}

/**
 * The bodies read one scratch row, the outer row with the variables behind it. It is made
 * anew for each evaluation, so a fold inside a fold finds its outer variables in place.
 */
function fold(expression: Extract<Expression, {kind: 'fold'}>): Evaluate {
  const {width} = expression;
  const {compute} = expression.function;
  const args = expression.args.map(compile);
  const bodies = expression.bodies.map(compile);
  return (row) => {
    const scratch: Value[] = row.slice(0, width);
    const running = bodies.map((body) => (...variables: Value[]) => {
      for (let i = 0; i < variables.length; i++) scratch[width + i] = variables[i] as Value;
      return body(scratch);
    });
    return compute(
      args.map((arg) => arg(row)),
      running,
    );
  };
}

/** A predicate: whether the expression is true; null, SQL's "not known", is not. */
export function compilePredicate(expression: Expression): (row: Row) => boolean {
  const evaluate = compile(expression);
  return (row) => evaluate(row) === true;
}

/** The values of several expressions, as a row of its own, which has room for no more. */
export function compileRow(expressions: readonly Expression[]): (row: Row) => Row {
  const parts = expressions.map(compile);
  const [a, b, c, d, e] = parts;
  if (!a) return () => [];
  if (!b) return (row) => rowOf(a(row));
  if (!c) return (row) => rowOf(a(row), b(row));
  if (!d) return (row) => rowOf(a(row), b(row), c(row));
  if (!e) return (row) => rowOf(a(row), b(row), c(row), d(row));
  return (row) => {
    const values = new Array<Value>(parts.length);
    for (let i = 0; i < parts.length; i++) values[i] = parts[i]!(row);
    return values;
  };
}

/**
 * Its arguments as a row. An array literal, unlike these, is made among long-lived objects
 * once many of its rows have lived long; an update's row before never does.
 */
const rowOf = (...values: Value[]): Row => values;
