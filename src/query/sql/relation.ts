import type {Table} from '../../data/schema.ts';
import type {Plan} from '../plan.ts';
import type {Coercion} from './coerce.ts';
import {problemAt} from './context.ts';
import {columnsOf} from './plan-parts.ts';
import {problems} from './problems.ts';
import type {NamedColumn, Relation, Scope} from './scope.ts';
import {movedRight} from './slots.ts';

/** Rows to read from, and what names mean over them. */
export interface From {
  readonly plan: Plan;
  readonly scope: Scope;
}

/** The plan's columns under other names; those without one keep theirs. */
export function renamed(plan: Plan, names: readonly string[], at: Coercion): Plan {
  if (names.length === 0) return plan;
  if (names.length > plan.columns.length) {
    throw problemAt(at.context, at.location, problems['sql-type'], {
      message: `${names.length} names are given to ${plan.columns.length} columns`,
    });
  }
  const expressions = columnsOf(plan.columns);
  const columns = plan.columns.map((column, i) => ({...column, name: names[i] ?? column.name}));
  return {kind: 'project', input: plan, columns, expressions};
}

/** A plan as an item of FROM. */
export function relationFrom(
  plan: Plan,
  {name, schema, table}: {name: string; schema?: string | undefined; table?: Table | undefined},
): From {
  const expressions = columnsOf(plan.columns);
  const columns = plan.columns.map((column, i) => ({
    name: column.name,
    expression: expressions[i] as NamedColumn['expression'],
  }));
  const relation: Relation = {name, schema, columns, table};
  return {plan, scope: {relations: [relation], visible: columns}};
}

export function movedColumns(columns: readonly NamedColumn[], by: number): readonly NamedColumn[] {
  return columns.map(({name, expression}) => ({name, expression: movedRight(expression, by)}));
}

/** The scope of rows that stand behind others. */
export const movedScope = ({relations, visible}: Scope, by: number): Scope => ({
  relations: relations.map((one) => ({...one, columns: movedColumns(one.columns, by)})),
  visible: movedColumns(visible, by),
});

/** Both scopes; a name may stand for one relation only. */
export function scopesTogether(left: Scope, right: Scope, at: Coercion): Scope {
  const twice = right.relations.find(({name}) => left.relations.some((one) => one.name === name));
  if (twice) {
    throw problemAt(at.context, at.location, problems['sql-ambiguous'], {
      message: `the table name "${twice.name}" stands in FROM twice`,
      hint: `give one an alias: ${twice.name} AS other`,
    });
  }
  return {
    relations: [...left.relations, ...right.relations],
    visible: [...left.visible, ...right.visible],
  };
}
