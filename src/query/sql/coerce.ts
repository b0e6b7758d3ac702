import {TEXT, type Type} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {Problem} from '../../lib/problem.ts';
import {compile} from '../evaluate.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {castFunction} from './cast-function.ts';
import {type Context, problemAt} from './context.ts';
import {modifierOf} from './modifier.ts';
import {problems} from './problems.ts';
import {isImplicit, nameOf, sameType, spoken} from './types.ts';

export interface Coercion {
  readonly context: Context;
  readonly location: number | undefined;
}

/** Turns an expression into the type, as Postgres does without being asked, or throws. */
export function implicitly(expression: Expression, type: Type, at: Coercion): Expression {
  if (!isImplicit(expression.type, type)) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: `expected type ${spoken(type)}, but found ${spoken(expression.type)}`,
      hint: `cast it, if that is what you mean: (…)::${nameOf(type)}`,
    });
  }
  return converted(expression, type, at);
}

/** `expression::type`. */
export function explicitly(expression: Expression, type: Type, at: Coercion): Expression {
  const plain = converted(expression, type, at);
  const modifier = modifierOf(type);
  if (!modifier) return plain;
  const {written, fit} = modifier;
  const called: ScalarFunction = {
    name: `to ${written}`,
    strict: true,
    compute: fit as ScalarFunction['compute'],
    sql: (text = '') => `(${text})::${written}`,
  };
  return {kind: 'call', function: called, args: [plain], type: modifier.type};
}

/** A constant of unknown type becomes one of the type here and now. */
function converted(expression: Expression, type: Type, at: Coercion): Expression {
  const {type: from} = expression;
  if (sameType(from, type) && from.kind !== 'unknown') return expression;
  if (expression.kind === 'literal' && expression.value === null) {
    return {kind: 'literal', value: null, type};
  }
  // Whole numbers of all sizes have one form, and the larger type holds all of the smaller.
  const called = castFunction(from, type);
  if (!called) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: `cannot cast type ${spoken(from)} to ${spoken(type)}`,
    });
  }
  const call: Expression = {kind: 'call', function: called, args: [expression], type};
  if (from.kind !== 'unknown' || expression.kind !== 'literal') return call;
  const location = at.context.places.get(expression) ?? at.location;
  const value = constant(call, {...at, location});
  return {kind: 'literal', value, type};
}

/** The value of an expression without columns; its Problem gets a place in the text. */
export function constant(expression: Expression, {context, location}: Coercion): Value {
  try {
    return compile(expression)([]);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw problemAt(context, location, (_, options) => new Problem(error.code, error, options), {});
  }
}

/** NULL and a quoted constant, where nothing decides their type, are texts. */
export const settledExpression = (expression: Expression, at: Coercion): Expression =>
  expression.type.kind === 'unknown' ? converted(expression, TEXT, at) : expression;
