import {Decimal} from '../../../data/decimal.ts';
import type {Integer} from '../../../data/integer.ts';
import {ANY, BOOL, FLOAT8, INT8, isInteger, type Type} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression} from '../../expression.ts';
import {LAST_VALUE} from '../../functions/aggregates/pick.ts';
import {Slope} from '../../functions/aggregates/slope.ts';
import {FloatSum, IntegerSum} from '../../functions/aggregates/sum.ts';
import {sqlAggregate} from '../../functions/aggregates.ts';
import type {Accumulator, AggregateCall, AggregateFunction} from '../../plan.ts';
import type {Call, Expr} from '../ast.ts';
import {isFloat, literal, TRUE, toAny} from '../lower/convert.ts';
import {call, strict} from '../lower/function.ts';
import {column} from '../lower/scope.ts';
import type {Site} from '../lower/site.ts';
import {problems} from '../problems.ts';
import {anyText} from '../values/any.ts';
import {asFloat, isNumeric} from '../values/number.ts';
import {anyInside} from '../walk.ts';
import {AnySum} from './any-sum.ts';

/** What an aggregate answers of a group, and of one in which nothing was. */
interface Resolved {
  readonly function: AggregateFunction;
  readonly args: readonly Expression[];
  readonly type: Type;
  /** In place of the function's null. */
  readonly empty: Value;
}

type Resolve = (args: readonly [Expression, ...Expression[]]) => Resolved;

const AGGREGATES: ReadonlyMap<string, {readonly arity: number; readonly resolve: Resolve}> =
  new Map(
    Object.entries({
      count: {arity: 1, resolve: ([arg]: readonly [Expression]) => sql('count', [arg], null)},
      sum: {arity: 1, resolve: ([arg]: readonly [Expression]) => sum(arg)},
      avg: {arity: 1, resolve: ([arg]: readonly [Expression]) => average(arg)},
      min: {arity: 1, resolve: ([arg]: readonly [Expression]) => sql('min', [ordered(arg)], null)},
      max: {arity: 1, resolve: ([arg]: readonly [Expression]) => sql('max', [ordered(arg)], null)},
      collect: {arity: 1, resolve: ([arg]: readonly [Expression]) => collect(arg)},
      stdev: {arity: 1, resolve: ([arg]: readonly [Expression]) => spread('stddev_samp', arg)},
      stdevp: {arity: 1, resolve: ([arg]: readonly [Expression]) => spread('stddev_pop', arg)},
      'drasi.last': {arity: 1, resolve: ([arg]: readonly [Expression]) => last(arg)},
      'drasi.lineargradient': {arity: 2, resolve: gradient},
      percentilecont: {arity: 2, resolve: percentileCont},
      percentiledisc: {arity: 2, resolve: percentileDisc},
    }) as [string, {arity: number; resolve: Resolve}][],
  );

export const aggregateNames = (): Iterable<string> => AGGREGATES.keys();

/** Whether a function computes over many rows, in any letter case. */
export const isAggregate = (name: string): boolean =>
  AGGREGATES.has(name.toLowerCase()) || isWindow(name);

const isWindow = (name: string): boolean => name.toLowerCase() === 'drasi.slidingwindow';

/** The expressions that an aggregate computes over: of a sliding one, those of the inner one. */
export function computedOver(expr: AggregateExpr): readonly Expr[] {
  if (expr.kind === 'countStar') return [];
  if (!isWindow(expr.name)) return expr.args;
  return expr.args.flatMap((arg, i) => (i > 0 && isAggregateExpr(arg) ? computedOver(arg) : [arg]));
}

export const isAggregateExpr = (expr: Expr): expr is AggregateExpr =>
  expr.kind === 'countStar' || (expr.kind === 'call' && isAggregate(expr.name));

export type AggregateExpr = Call | Extract<Expr, {kind: 'countStar'}>;

/** An aggregate as written, ready for a plan; `empty` replaces null in its answers. */
export function aggregateCall(
  site: Site,
  expr: AggregateExpr,
): {readonly call: AggregateCall; readonly empty: Value} {
  if (expr.kind === 'call' && isWindow(expr.name)) return windowCall(site, expr);
  const {function: called, args, type, empty} = resolved(site, expr);
  const distinct = expr.kind === 'call' && expr.distinct;
  // Only `drasi.last` is prepared: by the time of its rows' changes.
  const changed = site.prepared.get(expr);
  const orderBy = changed ? [{expression: changed, descending: false, nullsFirst: false}] : [];
  return {call: {function: called, args, distinct, filter: undefined, orderBy, type}, empty};
}

/** An aggregate over the rows that are in the window: a column says whether one is. */
function windowCall(site: Site, expr: Call): ReturnType<typeof aggregateCall> {
  const [, inner] = expr.args;
  if (inner && isAggregateExpr(inner)) {
    const {call: within, empty} = aggregateCall(site, inner);
    return {call: {...within, filter: site.prepared.get(expr)}, empty};
  }
  const usage = 'a duration or milliseconds, and an aggregate';
  const place = site.context.place(expr.span);
  site.context.report(problems['cypher-arguments']({name: expr.name, usage}, {place}));
  return {
    call: {...sql('count', [], null), distinct: false, filter: undefined, orderBy: []},
    empty: null,
  };
}

function resolved(site: Site, expr: AggregateExpr): Resolved {
  const countAll = (): Resolved => sql('count', [], null);
  if (expr.kind === 'countStar') return countAll();
  const found = AGGREGATES.get(expr.name.toLowerCase());
  refuseChance(site, expr);
  const [first, ...others] = expr.args.map((arg) => argument(site, expr, arg));
  if (found && first && others.length + 1 === found.arity) return found.resolve([first, ...others]);
  const usage = found?.arity === 2 ? 'an expression and a fraction from 0 to 1' : 'one expression';
  const place = site.context.place(expr.span);
  site.context.report(problems['cypher-arguments']({name: expr.name, usage}, {place}));
  return countAll();
}

/** Of a node, count wants to know only whether it is there. */
function argument(site: Site, {name, distinct}: Call, arg: Expr): Expression {
  const binding = arg.kind === 'variable' ? site.scope.names.get(arg.name) : undefined;
  if (distinct || name.toLowerCase() !== 'count' || binding?.kind !== 'node')
    return site.lower(arg);
  return binding.presence === undefined ? TRUE : column(binding.presence, BOOL);
}

/** openCypher wants the same answer for the same group. */
function refuseChance(site: Site, expr: Call): void {
  const isChance = (inner: Expr): boolean =>
    inner.kind === 'call' && ['rand', 'randomuuid'].includes(inner.name.toLowerCase());
  if (!anyInside(expr, isChance)) return;
  const place = site.context.place(expr.span);
  const message = 'an aggregate cannot be of a random number';
  site.context.report(problems['cypher-misplaced']({message}, {place}));
}

function sql(name: string, args: readonly Expression[], empty: Value): Resolved {
  const found = sqlAggregate(
    name,
    args.map(({type}) => type),
  );
  if (!found) throw new Error(`there is no aggregate ${name}`);
  return {...found, args, empty};
}

/** Lists have the order of values of any type, which nulls in them belong to. */
const ordered = (arg: Expression): Expression =>
  arg.type.kind === 'array' || arg.type.kind === 'unknown' ? toAny(arg) : arg;

function running(name: string, start: () => Accumulator, type: Type): Omit<Resolved, 'args'> {
  return {function: {kind: 'running', name, skipsNulls: true, start}, type, empty: null};
}

function sum(arg: Expression): Resolved {
  const {type} = arg;
  if (isInteger(type)) {
    return {...running('sum', () => new IntegerSum('integer'), INT8), args: [arg], empty: 0};
  }
  if (isFloat(type)) {
    return {...running('sum', () => new FloatSum('float8'), FLOAT8), args: [arg], empty: 0};
  }
  if (type.kind === 'numeric') {
    return sql('sum', [arg], new Decimal(0, 0));
  }
  return {...running('sum', () => new AnySum({average: false}), ANY), args: [toAny(arg)]};
}

function average(arg: Expression): Resolved {
  const {type} = arg;
  if (isInteger(type)) {
    return {...running('avg', () => new IntegerAverage(), FLOAT8), args: [arg]};
  }
  if (isFloat(type) || type.kind === 'numeric') return sql('avg', [arg], null);
  return {...running('avg', () => new AnySum({average: true}), ANY), args: [toAny(arg)]};
}

/** openCypher's average of integers is a float; the sum that it comes from is exact. */
class IntegerAverage implements Accumulator {
  readonly #sum = new IntegerSum('integer');
  #count = 0;

  add(value: Value): void {
    this.#sum.add(value);
    this.#count += 1;
  }

  remove(value: Value): void {
    this.#sum.remove(value);
    this.#count -= 1;
  }

  result(): Value {
    const sum = this.#sum.result() as Integer | null;
    return sum === null ? null : Number(sum) / this.#count;
  }
}

function collect(arg: Expression): Resolved {
  const compute = (values: readonly Value[]): Value => values;
  return {
    function: {kind: 'listing', name: 'collect', skipsNulls: true, compute},
    args: [toAny(arg)],
    type: ANY,
    empty: [],
  };
}

/** The value of the row that changed last; of rows that changed together, one of them. */
function last(arg: Expression): Resolved {
  const {type} = arg;
  return {
    function: {kind: 'listing', name: 'last', skipsNulls: true, ...LAST_VALUE},
    args: [arg],
    type,
    empty: null,
  };
}

/** The slope of the line that lies nearest to all points, by least squares. */
function gradient([x, y]: readonly Expression[]): Resolved {
  const args = [floatOf(x ?? NOTHING), floatOf(y ?? NOTHING)];
  return {...running('linear_gradient', () => new Slope(), FLOAT8), args};
}

const FLOAT = strict('float8', (value) => {
  if (isNumeric(value)) return asFloat(value);
  throw problems['cypher-value']({message: `a number is needed here, and not ${anyText(value)}`});
});

const floatOf = (arg: Expression): Expression =>
  isFloat(arg.type) ? arg : call(FLOAT, [toAny(arg)], FLOAT8);

function spread(name: string, arg: Expression): Resolved {
  return {...sql(name, [floatOf(arg)], 0), type: FLOAT8};
}

const FRACTION = strict('fraction', (value) => {
  const fraction = value as number;
  if (fraction >= 0 && fraction <= 1) return fraction;
  throw problems['cypher-value']({message: `a percentile is from 0 to 1, and not ${fraction}`});
});

const fractionOf = (arg: Expression): Expression => call(FRACTION, [floatOf(arg)], FLOAT8);

function percentileCont([value, fraction]: readonly Expression[]): Resolved {
  const args = [floatOf(value ?? NOTHING), fractionOf(fraction ?? NOTHING)];
  return sql('percentile_cont', args, null);
}

function percentileDisc([value, fraction]: readonly Expression[]): Resolved {
  return sql('percentile_disc', [value ?? NOTHING, fractionOf(fraction ?? NOTHING)], null);
}

const NOTHING = literal(null, ANY);
