import {ANY, BOOL} from '../../../data/type.ts';
import type {Value} from '../../../data/value.ts';
import type {Expression, FoldFunction} from '../../expression.ts';
import type {ListComprehension, Name, Quantifier, Reduce} from '../ast.ts';
import {problems} from '../problems.ts';
import {anyText, isList} from '../values/any.ts';
import {TRUE, toAny} from './convert.ts';
import {lowerTruth} from './logical.ts';
import {column, type Scope, withName} from './scope.ts';
import type {Site} from './site.ts';

/** The site of a body: the outer names, and the variables behind the outer columns. */
function inside(site: Site, variables: readonly Name[]): Site {
  const {width} = site.scope;
  const scope = variables.reduce<Scope>(
    (outer, {name}, i) =>
      withName(outer, name, {kind: 'value', expression: column(width + i, ANY)}),
    site.scope,
  );
  return site.within({...scope, width: width + variables.length});
}

function listOf(value: Value, where: string): readonly Value[] | null {
  if (value === null || isList(value)) return value;
  throw problems['cypher-value']({message: `${where} goes over a list, and not ${anyText(value)}`});
}

/** `[x IN list WHERE p | e]` */
export function lowerComprehension(site: Site, expr: ListComprehension): Expression {
  const body = inside(site, [expr.variable]);
  return {
    kind: 'fold',
    function: COMPREHENSION,
    args: [toAny(site.lower(expr.list))],
    width: site.scope.width,
    bodies: [
      expr.where ? lowerTruth(body, expr.where) : TRUE,
      toAny(expr.map ? body.lower(expr.map) : column(site.scope.width, ANY)),
    ],
    type: ANY,
  };
}

const COMPREHENSION: FoldFunction = {
  name: 'comprehension',
  compute: ([list = null], [where, map]) => {
    const items = listOf(list, 'a comprehension');
    if (items === null) return null;
    const made: Value[] = [];
    for (const item of items) if (where?.(item) === true) made.push(map?.(item) ?? null);
    return made;
  },
};

export function lowerQuantifier(site: Site, expr: Quantifier): Expression {
  const list = site.lower(expr.list);
  const body = inside(site, [expr.variable]);
  return {
    kind: 'fold',
    function: QUANTIFIERS[expr.which],
    args: [toAny(list)],
    width: site.scope.width,
    bodies: [lowerTruth(body, expr.where)],
    type: BOOL,
  };
}

/** How many elements the condition holds for, and for how many it is not known. */
interface Tally {
  readonly all: number;
  readonly true: number;
  readonly unknown: number;
}

function quantifier(name: string, decide: (tally: Tally) => boolean | null): FoldFunction {
  return {
    name,
    compute: ([list = null], [where]) => {
      const items = listOf(list, name);
      if (items === null) return null;
      const answers = items.map((item) => where?.(item) ?? null);
      const holding = answers.filter((answer) => answer === true).length;
      const unknown = answers.filter((answer) => answer === null).length;
      return decide({all: items.length, true: holding, unknown});
    },
  };
}

const QUANTIFIERS: Readonly<Record<Quantifier['which'], FoldFunction>> = {
  all: quantifier('all', (tally) => {
    if (tally.true + tally.unknown < tally.all) return false;
    return tally.unknown > 0 ? null : true;
  }),
  any: quantifier('any', (tally) => tally.true > 0 || (tally.unknown > 0 ? null : false)),
  none: quantifier('none', (tally) => {
    if (tally.true > 0) return false;
    return tally.unknown > 0 ? null : true;
  }),
  single: quantifier('single', (tally) => {
    if (tally.true > 1) return false;
    return tally.unknown > 0 ? null : tally.true === 1;
  }),
};

/** `reduce(acc = initial, x IN list | body)` */
export function lowerReduce(site: Site, expr: Reduce): Expression {
  const body = inside(site, [expr.accumulator, expr.variable]);
  return {
    kind: 'fold',
    function: REDUCE,
    args: [toAny(site.lower(expr.initial)), toAny(site.lower(expr.list))],
    width: site.scope.width,
    bodies: [toAny(body.lower(expr.body))],
    type: ANY,
  };
}

const REDUCE: FoldFunction = {
  name: 'reduce',
  compute: ([initial = null, list = null], [body]) => {
    const items = listOf(list, 'reduce');
    if (items === null) return null;
    return items.reduce<Value>((accumulator, item) => body?.(accumulator, item) ?? null, initial);
  },
};
