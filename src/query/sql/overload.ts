import {arrayOf, OTHER, TEXT, type Type} from '../../data/type.ts';
import {nearest} from '../../lib/nearest.ts';
import type {Problem} from '../../lib/problem.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {implicitly} from './coerce.ts';
import {textTypes} from './collation-use.ts';
import {type Context, problemAt} from './context.ts';
import {wordElsewhere} from './functions/elsewhere.ts';
import {problems} from './problems.ts';
import {
  categoryOf,
  isImplicit,
  isPreferred,
  plainType,
  sameType,
  spoken,
  typeNamed,
} from './types.ts';

/**
 * One signature of a function or an operator. `args` and `result` are names of types;
 * `anyelement` and `anyarray` stand for one type and its array throughout a signature,
 * `any` for every type. The last argument of a `variadic` one may come several times.
 */
export interface Overload {
  readonly name: string;
  readonly args: readonly string[];
  readonly result: string;
  readonly variadic: boolean;
  readonly strict: boolean;
  /** What computes it, given the types of the arguments as they are passed. */
  readonly make: (types: readonly Type[]) => ScalarFunction['compute'];
  readonly sql: (...args: string[]) => string;
}

export interface Call {
  readonly context: Context;
  readonly location: number | undefined;
  readonly name: string;
  readonly args: readonly Expression[];
  /** Whether it is an operator, for the words of a message. */
  readonly operator: boolean;
}

/** Chooses among overloads by Postgres's rules, and calls the chosen one; throws otherwise. */
export function resolved(
  call: Call,
  catalogue: ReadonlyMap<string, readonly Overload[]>,
): Expression {
  const candidates = catalogue.get(call.name);
  if (!candidates) throw unknownCall(call, catalogue);
  const types = call.args.map(({type}) => type);
  const chosen = choose(candidates, types, call.operator);
  if (chosen.length !== 1) throw unresolved(call, candidates, chosen.length);
  return applied(call, chosen[0] as Overload);
}

function applied({context, location, args}: Call, chosen: Overload): Expression {
  const element = elementType(
    chosen,
    args.map(({type}) => type),
  );
  const passed = args.map((arg, i) => {
    const wanted = argType(chosen, i, element, arg.type);
    return wanted ? implicitly(arg, wanted, {context, location}) : arg;
  });
  const {name, strict, sql, result} = chosen;
  const compute = chosen.make(textTypes(name, passed, {context, location}));
  const type = concrete(result, element) ?? TEXT;
  return {kind: 'call', function: {name, strict, sql, compute}, args: passed, type};
}

const argName = ({args, variadic}: Overload, i: number): string =>
  args[variadic ? Math.min(i, args.length - 1) : i] ?? 'any';

function argType(chosen: Overload, i: number, element: Type, given: Type): Type | undefined {
  const name = argName(chosen, i);
  if (name === 'any') return given.kind === 'unknown' ? TEXT : undefined;
  return concrete(name, element);
}

function concrete(name: string, element: Type): Type | undefined {
  if (name === 'anyelement') return element;
  if (name === 'anyarray') return arrayOf(element);
  return typeNamed(name);
}

/** What `anyelement` stands for in a call. */
function elementType(chosen: Overload, types: readonly Type[]): Type {
  let element: Type | undefined;
  for (const [i, type] of types.entries()) {
    const name = argName(chosen, i);
    const found = name === 'anyarray' ? type.element : name === 'anyelement' ? type : undefined;
    if (!found || found.kind === 'unknown') continue;
    if (!element || isImplicit(element, found)) element = plainType(found);
  }
  return element ?? TEXT;
}

function accepts(overload: Overload, types: readonly Type[]): boolean {
  const {args, variadic} = overload;
  if (variadic ? types.length < args.length : types.length !== args.length) return false;
  const element = elementType(overload, types);
  return types.every((type, i) => {
    const name = argName(overload, i);
    if (name === 'any') return true;
    if (name === 'anyarray' && type.kind !== 'array' && type.kind !== 'unknown') return false;
    const wanted = concrete(name, element);
    return wanted !== undefined && isImplicit(type, wanted);
  });
}

/** Postgres's func_select_candidate: one overload is left, or the call is not resolved. */
function choose(
  candidates: readonly Overload[],
  types: readonly Type[],
  operator: boolean,
): readonly Overload[] {
  const possible = candidates.filter((candidate) => accepts(candidate, types));
  if (possible.length < 2) return possible;
  if (operator && types.length === 2) {
    const mirrored = mirroredTypes(types);
    const exact = possible.filter((one) => matches(one, mirrored) === 2);
    if (exact.length > 0) return exact.slice(0, 1);
  }
  const exact = best(possible, (one) => matches(one, types));
  const preferred = best(exact, (one) => matches(one, types) + preferences(one, types));
  if (preferred.length < 2) return preferred;
  return byCategory(preferred, types);
}

/** An unknown operand is first taken for the type of the other one. */
function mirroredTypes([left, right]: readonly Type[]): readonly Type[] {
  const [a, b] = [left as Type, right as Type];
  return [a.kind === 'unknown' ? b : a, b.kind === 'unknown' ? a : b];
}

/** In how many places the types are the very ones; a polymorphic argument is none. */
function matches(overload: Overload, types: readonly Type[]): number {
  return types.filter((type, i) => {
    const wanted = typeNamed(argName(overload, i));
    return wanted !== undefined && sameType(wanted, type);
  }).length;
}

const preferences = (overload: Overload, types: readonly Type[]): number =>
  types.filter((type, i) => {
    const wanted = typeNamed(argName(overload, i));
    if (!wanted || sameType(wanted, type)) return false;
    return isPreferred(wanted) && categoryOf(wanted) === categoryOf(type);
  }).length;

function best<T>(items: readonly T[], score: (item: T) => number): readonly T[] {
  const top = Math.max(...items.map(score));
  return items.filter((item) => score(item) === top);
}

/** Unknown arguments: text where any overload takes it, else the one category there is. */
function byCategory(candidates: readonly Overload[], types: readonly Type[]): readonly Overload[] {
  let left = candidates;
  for (const [i, type] of types.entries()) {
    if (type.kind !== 'unknown') continue;
    const wanted = (one: Overload): Type => typeNamed(argName(one, i)) ?? OTHER;
    const categories = new Set(left.map((one) => categoryOf(wanted(one))));
    const category = categories.has('S') ? 'S' : categories.size === 1 ? [...categories][0] : '';
    const fitting = left.filter((one) => categoryOf(wanted(one)) === category);
    const preferred = fitting.filter((one) => isPreferred(wanted(one)));
    left = preferred.length > 0 ? preferred : fitting.length > 0 ? fitting : left;
  }
  if (left.length < 2) return left;
  const known = types.filter(({kind}) => kind !== 'unknown');
  const [first] = known;
  if (!first || known.some((type) => !sameType(type, first))) return left;
  const assumed = types.map((type) => (type.kind === 'unknown' ? first : type));
  const fitting = left.filter((one) => accepts(one, assumed));
  return fitting.length === 1 ? fitting : left;
}

const signature = ({name, args, result}: Overload): string =>
  `  ${name}(${args.join(', ')}) → ${result}`;

/** More signatures than this are not read. */
const TOLD_MAX = 10;

/** The overloads that share a type with the call, in its place; all, where none does. */
function nearCandidates({args}: Call, candidates: readonly Overload[]): readonly Overload[] {
  const types = args.map(({type}) => type);
  const near = candidates.filter(
    (one) => one.args.length === args.length && matches(one, types) > 0,
  );
  return (near.length > 0 ? near : candidates).slice(0, TOLD_MAX);
}

function called({name, args, operator}: Call): string {
  const types = args.map(({type}) => spoken(type));
  if (!operator) return `function ${name}(${types.join(', ')})`;
  return `operator ${types.length === 1 ? `${name} ${types[0]}` : types.join(` ${name} `)}`;
}

/** What is said of a call of what there is under no types. */
export function unknownCall(
  {
    context,
    location,
    name,
    operator,
  }: Pick<Call, 'location' | 'name' | 'operator'> & {readonly context: Pick<Context, 'text'>},
  catalogue: ReadonlyMap<string, unknown>,
): Problem {
  return problemAt(context, location, problems['sql-unknown-function'], {
    message: `there is no ${operator ? 'operator' : 'function'} ${name}`,
    hint: wordElsewhere(name) ?? nearestHint(name, catalogue),
  });
}

function nearestHint(name: string, catalogue: ReadonlyMap<string, unknown>): string {
  const word = /^\w/.test(name);
  const alike = [...catalogue.keys()].filter((one) => /^\w/.test(one) === word);
  const near = word ? nearest(name, alike) : undefined;
  return near === undefined ? 'docs/queries.md lists what there is' : `did you mean ${near}?`;
}

function unresolved(call: Call, candidates: readonly Overload[], count: number) {
  const detail = `There are:\n${nearCandidates(call, candidates).map(signature).join('\n')}`;
  const code = count === 0 ? 'sql-unknown-function' : 'sql-ambiguous';
  const message = count === 0 ? `there is no ${called(call)}` : `${called(call)} is ambiguous`;
  return problemAt(call.context, call.location, problems[code], {
    message,
    detail,
    hint: 'cast the arguments: (…)::type',
  });
}
