import {intervalIso} from '../data/temporal-interval.ts';
import {Interval, type Value} from '../data/value.ts';
import type {Expression} from './expression.ts';
import type {AggregateCall, SortKey, TimeCall} from './plan.ts';

/** An expression in words, for people who read plans. `columns` names the row's columns. */
export function expressionText(expression: Expression, columns: readonly string[]): string {
  const text = (part: Expression): string => expressionText(part, columns);
  switch (expression.kind) {
    case 'column':
      return columns[expression.index] ?? `#${expression.index + 1}`;
    case 'literal':
      return literalText(expression.value);
    case 'call':
      return `${expression.function.name}(${expression.args.map(text).join(', ')})`;
    case 'and':
    case 'or':
      return `(${expression.args.map(text).join(` ${expression.kind} `)})`;
    case 'not':
      return `not ${text(expression.arg)}`;
    case 'isNull':
      return `${text(expression.arg)} is null`;
    case 'case': {
      const branches = expression.branches.map(
        ({when, then}) => `when ${text(when)} then ${text(then)}`,
      );
      return `case ${branches.join(' ')} else ${text(expression.otherwise)} end`;
    }
    case 'coalesce':
      return `coalesce(${expression.args.map(text).join(', ')})`;
    case 'fold': {
      const bodies = expression.bodies.map((body) => `=> ${text(body)}`);
      return `${expression.function.name}(${[...expression.args.map(text), ...bodies].join(', ')})`;
    }
  }
}

function literalText(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  if (value instanceof Interval) return intervalIso(value);
  return Array.isArray(value) ? `[${value.map(literalText).join(', ')}]` : String(value);
}

export function aggregateText(call: AggregateCall, columns: readonly string[]): string {
  const args = call.args.map((arg) => expressionText(arg, columns)).join(', ');
  const distinct = call.distinct ? 'distinct ' : '';
  const order = sortText(call.orderBy, columns);
  const filter = call.filter ? ` where ${expressionText(call.filter, columns)}` : '';
  return `${call.function.name}(${distinct}${args === '' ? '*' : args}${order})${filter}`;
}

export function timeCallText(call: TimeCall, columns: readonly string[]): string {
  const args = call.args.map((arg) => expressionText(arg, columns)).join(', ');
  return `${call.function.name}(${args})`;
}

/** ` by a, b desc`; empty without keys. */
export function sortText(keys: readonly SortKey[], columns: readonly string[]): string {
  if (keys.length === 0) return '';
  const parts = keys.map(({expression, descending, nullsFirst}) => {
    const nulls = nullsFirst === descending ? '' : nullsFirst ? ' nulls first' : ' nulls last';
    return `${expressionText(expression, columns)}${descending ? ' desc' : ''}${nulls}`;
  });
  return ` by ${parts.join(', ')}`;
}
