import {ANY, INT8} from '../../../data/type.ts';
import type {Unwind} from '../ast.ts';
import {problems} from '../problems.ts';
import {isList} from '../values/any.ts';
import type {Context} from './context.ts';
import {toAny} from './convert.ts';
import {siteOf} from './expression.ts';
import {call, strict} from './function.ts';
import {prepared} from './prepare.ts';
import type {Rows} from './rows.ts';
import {column, withName} from './scope.ts';

/** UNWIND: a row for each element; null has none, and a value by itself is one. */
export function lowerUnwind(context: Context, input: Rows, {list, variable}: Unwind): Rows {
  const {rows, expressions} = prepared(context, input, [list]);
  if (rows.scope.names.has(variable.name)) {
    const place = context.place(variable.span);
    const hint = 'give the element a name of its own';
    const facts = {what: 'variable', name: variable.name, hint};
    context.report(problems['cypher-duplicate-name'](facts, {place}));
  }
  const {plan, scope} = rows;
  const elements = toAny(siteOf(context, scope, expressions).lower(list));
  const position = column(scope.width + 1, INT8);
  const named = withName(scope, variable.name, {
    kind: 'value',
    expression: column(scope.width, ANY),
  });
  const added = [
    {name: variable.name, type: ANY},
    {name: 'position', type: INT8},
  ];
  return {
    plan: {
      kind: 'unnest',
      columns: [...plan.columns, ...added],
      input: plan,
      list: call(ELEMENTS, [elements], ANY),
      outer: false,
      ordinality: true,
    },
    scope: {...named, width: scope.width + 2},
    order: [...(rows.order ?? []), {expression: position, descending: false, nullsFirst: false}],
  };
}

const ELEMENTS = strict('elements', (value) => (isList(value) ? value : [value]));
