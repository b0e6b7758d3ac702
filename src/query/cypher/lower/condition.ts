import {ANY, BOOL, type Type} from '../../../data/type.ts';
import type {Expression} from '../../expression.ts';
import type {Case, Comparison, Expr} from '../ast.ts';
import {problems} from '../problems.ts';
import {compareNodes} from './access.ts';
import {compare} from './comparison.ts';
import {isText, NULL, toAny} from './convert.ts';
import {lowerTruth} from './logical.ts';
import type {Site} from './site.ts';

/** `a < b <= c` is `a < b AND b <= c`. */
export function lowerComparison(site: Site, expr: Comparison): Expression {
  const pairs = expr.operators.map((operator, i) => {
    const [left, right] = expr.operands.slice(i, i + 2);
    if (!left || !right) throw new Error('a comparison has two sides');
    const nodes = compareNodes(site, operator, left, right);
    if (nodes) return nodes;
    const [a, b] = [site.lower(left), site.lower(right)];
    refuseTextForTime(site, left, a, b);
    refuseTextForTime(site, right, b, a);
    return compare(operator, a, b);
  });
  const [only, ...others] = pairs;
  if (only && others.length === 0) return only;
  return {kind: 'and', args: pairs, type: BOOL};
}

const TIMES: Readonly<Record<string, string>> = {
  date: 'date',
  timestamp: 'localdatetime',
  timestamptz: 'datetime',
  time: 'localtime',
  timetz: 'time',
  interval: 'duration',
};

/** To openCypher no text equals a time: what is meant is the time that the text tells. */
function refuseTextForTime(site: Site, expr: Expr, text: Expression, time: Expression): void {
  const maker = TIMES[time.type.kind];
  if (maker === undefined || text.kind !== 'literal' || !isText(text.type)) return;
  const place = site.context.place(expr.span);
  const message = `a text never equals a value of type ${time.type.kind}`;
  const hint = `write ${maker}('${String(text.value)}')`;
  site.context.report(problems['cypher-type']({message, hint}, {place}));
}

export function lowerCase(site: Site, expr: Case): Expression {
  const whens = expr.branches.map(({when}) => lowerWhen(site, expr.subject, when));
  const thens = expr.branches.map(({value}) => site.lower(value));
  const otherwise = expr.otherwise ? site.lower(expr.otherwise) : NULL;
  const type = commonType([...thens, otherwise]);
  const cast = (value: Expression): Expression => castTo(type, value);
  return {
    kind: 'case',
    // biome-ignore lint/suspicious/noThenProperty: the contract of expressions has it.
    branches: whens.map((when, i) => ({when, then: cast(thens[i] ?? NULL)})),
    otherwise: cast(otherwise),
    type,
  };
}

function lowerWhen(site: Site, subject: Expr | undefined, when: Expr): Expression {
  if (!subject) return lowerTruth(site, when);
  const {span} = when;
  const operands = [subject, when];
  return lowerComparison(site, {kind: 'comparison', operators: ['='], operands, span});
}

const isNullLiteral = (value: Expression): boolean =>
  value.kind === 'literal' && value.value === null;

/** The type all values have, nulls aside, or `any`. */
export function commonType(values: readonly Expression[]): Type {
  const [first, ...others] = values.filter((value) => !isNullLiteral(value));
  if (!first || first.type.kind === 'array') return ANY;
  return others.every(({type}) => type.kind === first.type.kind) ? first.type : ANY;
}

export function castTo(type: Type, value: Expression): Expression {
  if (type.kind === 'any') return toAny(value);
  return isNullLiteral(value) ? {...value, type} : value;
}
