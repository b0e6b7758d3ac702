import type {Column, Table} from '../../../data/schema.ts';
import {TIMESTAMPTZ} from '../../../data/type.ts';
import type {Catalog} from '../../catalog.ts';
import type {Expression} from '../../expression.ts';
import type {Plan, Scan} from '../../plan.ts';
import {withInputs} from '../../plan-walk.ts';
import {CHANGED_AT} from '../../time/history.ts';
import {problems as timeProblems} from '../../time/problems.ts';
import type {Call, Query} from '../ast.ts';
import {anyInside, clauseExpressions} from '../walk.ts';
import {NULL} from './convert.ts';
import {column} from './scope.ts';
import type {Site} from './site.ts';

/**
 * `drasi.changeDateTime(n)`. Only in a query that asks for it does each row carry the time
 * of its last change, in a column behind the table's own, which no name of openCypher
 * reaches.
 */
const CHANGED: Column = {name: ' changed at', type: TIMESTAMPTZ};
const NAME = 'drasi.changedatetime';

export const isHidden = ({name}: Column): boolean => name === CHANGED.name;

/** The columns of a table that a query can name. */
export const visible = (columns: readonly Column[]): readonly Column[] =>
  columns.filter((one) => !isHidden(one));

export const asksChangeTime = ({parts}: Query): boolean =>
  parts.some(({clauses}) =>
    clauses
      .flatMap(clauseExpressions)
      .some((expr) =>
        anyInside(expr, (inner) => inner.kind === 'call' && inner.name.toLowerCase() === NAME),
      ),
  );

/** The catalog with the column behind the columns of every table. */
export const withChangeTimes = (catalog: Catalog): Catalog => ({
  ...catalog,
  tables: catalog.tables.map((table: Table) => ({...table, columns: [...table.columns, CHANGED]})),
});

/** A plan over such tables, with the column computed once for each of them, right above it. */
export function withChangeScans(plan: Plan): Plan {
  const done = new Map<Plan, Plan>();
  const tables = new Map<string, Plan>();
  const change = (node: Plan): Plan => {
    const held = node.kind === 'scan' ? tables.get(node.table) : done.get(node);
    if (held) return held;
    const changed = node.kind === 'scan' ? changeScan(node) : withInputs(node, change);
    if (node.kind === 'scan') tables.set(node.table, changed);
    else done.set(node, changed);
    return changed;
  };
  return change(plan);
}

const changeScan = (scan: Scan): Plan => ({
  kind: 'timed',
  columns: scan.columns,
  input: {...scan, columns: visible(scan.columns)},
  width: visible(scan.columns).length,
  functions: [{function: CHANGED_AT, args: [], type: TIMESTAMPTZ}],
});

export function lowerChangeTime(site: Site, expr: Call): Expression {
  const [arg] = expr.args;
  const binding = arg?.kind === 'variable' ? site.scope.names.get(arg.name) : undefined;
  if (binding?.kind === 'unknown') return NULL;
  if (binding?.kind === 'node') {
    const index = binding.table.columns.findIndex(isHidden);
    if (index >= 0) return column(binding.offset + index, TIMESTAMPTZ);
  }
  const place = site.context.place(expr.span);
  const hint = 'call it on the variable of a node, in a WITH before where that is gone';
  const facts = {name: `${expr.name} of something else than a node`, hint};
  site.context.report(timeProblems['time-function-misplaced'](facts, {place}));
  return NULL;
}
