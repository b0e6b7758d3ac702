import {arrayOf, BOOL, TEXT} from '../../data/type.ts';
import type {Value} from '../../data/value.ts';
import {compile} from '../evaluate.ts';
import type {Expression, ScalarFunction} from '../expression.ts';
import {analyse} from './analyse.ts';
import type {A_Expr, Node} from './ast.ts';
import {type Coercion, implicitly, settledExpression} from './coerce.ts';
import {COMPARISONS, comparison} from './comparison.ts';
import {notSupported, problemAt} from './context.ts';
import {FUNCTIONS} from './functions/catalogue.ts';
import {resolved} from './overload.ts';
import {problems} from './problems.ts';
import type {Site} from './scope.ts';
import {columnAt} from './slots.ts';

/** `x = ANY (list)` and `x <> ALL (list)`, with any operator that answers a boolean. */
export function quantified(site: Site, node: A_Expr, name: string): Expression {
  const {context} = site;
  const at = {context, location: node.location};
  const left = settledOr(site, node);
  const right = analyse(site, node.rexpr as Node);
  const list = right.type.kind === 'unknown' ? implicitly(right, arrayOf(left.type), at) : right;
  if (list.type.kind !== 'array') {
    throw problemAt(context, node.location, problems['sql-type'], {
      message: `${name} ANY/ALL wants a list on its right side`,
      hint: 'write x IN (…), or x = ANY (ARRAY[…])',
    });
  }
  const all = node.kind === 'AEXPR_OP_ALL';
  return quantifiedOver([left, list], {name, all, at});
}

/** The same for two expressions, the second of which is a list. */
export function quantifiedOver(
  [left, list]: readonly [Expression, Expression],
  {name, all, at}: {readonly name: string; readonly all: boolean; readonly at: Coercion},
): Expression {
  // One element is compared as any two values are; then all of them are gone through.
  const element = columnAt(1, list.type.element ?? TEXT);
  const operands: [Expression, Expression] = [columnAt(0, left.type), element];
  const test = COMPARISONS.has(name)
    ? comparison(name, operands, at)
    : resolved({...at, name, args: operands, operator: true}, FUNCTIONS);
  if (test.type.kind !== 'bool') throw notSupported(at.context, at.location, `${name} ANY`);
  return call(name, {all, test: compile(test)}, [left, list]);
}

const settledOr = (site: Site, node: A_Expr): Expression =>
  settledExpression(analyse(site, node.lexpr as Node), {
    context: site.context,
    location: node.location,
  });

/** Three-valued, as the OR (for all: the AND) of the tests would be. */
function call(
  name: string,
  {all, test}: {all: boolean; test: (row: readonly Value[]) => Value},
  args: readonly Expression[],
): Expression {
  const word = all ? 'ALL' : 'ANY';
  const called: ScalarFunction = {
    name: `${name} ${word.toLowerCase()}`,
    strict: false,
    compute(value = null, list = null) {
      if (list === null) return null;
      let unknown = false;
      for (const element of (list as readonly Value[]).flat()) {
        const holds = test([value, element as Value]);
        if (holds === !all) return !all;
        if (holds === null) unknown = true;
      }
      return unknown ? null : all;
    },
    sql: (value = '', list = '') => `(${value} ${name} ${word} (${list}))`,
  };
  return {kind: 'call', function: called, args, type: BOOL};
}
