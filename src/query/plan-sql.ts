import type {TableId} from '../data/schema.ts';
import {textWriter} from '../data/text.ts';
import type {Type} from '../data/type.ts';
import type {Value} from '../data/value.ts';
import type {Expression} from './expression.ts';
import type {Aggregate, AggregateCall, Join, Plan, SortKey} from './plan.ts';

/**
 * A plan as SQL for Postgres, with columns c0, c1 …: what the oracle compares the engine
 * with. Undefined where a function of the plan has no text in SQL, or the node none.
 */
export function planSql(plan: Plan): string | undefined {
  try {
    return select(plan);
  } catch (error) {
    if (error instanceof NoSql) return undefined;
    throw error;
  }
}

/** Something that Postgres's SQL has no words for. */
class NoSql extends Error {}

/** A node as a SELECT; `from` makes it a subquery. */
function select(plan: Plan): string {
  switch (plan.kind) {
    case 'scan': {
      const columns = plan.columns.map(({name}, i) => `${quoted(name)} AS c${i}`);
      return `SELECT ${columns.join(', ')} FROM ${tableName(plan.table)}`;
    }
    case 'values':
      return valuesSql(plan);
    case 'filter':
      return `SELECT * FROM ${from(plan.input)} WHERE ${text(plan.predicate)}`;
    case 'project':
      return `SELECT ${listed(plan.expressions)} FROM ${from(plan.input)}`;
    case 'join':
      return joinSql(plan);
    case 'aggregate':
      return aggregateSql(plan);
    case 'distinct': {
      if (!plan.on) return `SELECT DISTINCT * FROM ${from(plan.input)}`;
      const on = plan.on.expressions.map((part) => text(part)).join(', ');
      const keys = [...plan.on.expressions.map((part) => text(part)), ...sorts(plan.on.orderBy)];
      return `SELECT DISTINCT ON (${on}) * FROM ${from(plan.input)} ORDER BY ${keys.join(', ')}`;
    }
    case 'union':
    case 'intersect':
    case 'except': {
      const word = plan.kind.toUpperCase() + (plan.all ? ' ALL' : '');
      return plan.inputs.map((input) => `(${select(input)})`).join(` ${word} `);
    }
    case 'order': {
      const limit = plan.limit === undefined ? '' : ` LIMIT ${plan.limit}`;
      const offset = plan.offset === 0 ? '' : ` OFFSET ${plan.offset}`;
      const keys = sorts(plan.by);
      const by = keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
      return `SELECT * FROM ${from(plan.input)}${by}${limit}${offset}`;
    }
    case 'unnest':
    case 'window':
    case 'timed':
    case 'batch':
    case 'recursive':
    case 'working':
      throw new NoSql();
  }
}

const from = (plan: Plan, alias = 't'): string => `(${select(plan)}) AS ${alias}`;

const listed = (expressions: readonly Expression[]): string =>
  expressions.map((expression, i) => `${text(expression)} AS c${i}`).join(', ');

function valuesSql({columns, rows}: Extract<Plan, {kind: 'values'}>): string {
  const selects = rows.map((row) => {
    const cells = columns.map(({type}, i) => `${literal(row[i] ?? null, type)} AS c${i}`);
    return `SELECT ${cells.join(', ')}`;
  });
  if (selects.length > 0) return selects.join(' UNION ALL ');
  const cells = columns.map(({type}, i) => `${literal(null, type)} AS c${i}`);
  return `SELECT ${cells.join(', ')} WHERE false`;
}

function joinSql(plan: Join): string {
  const width = plan.left.columns.length;
  const left = (i: number): string => `l.c${i}`;
  const right = (i: number): string => `r.c${i}`;
  const both = (i: number): string => (i < width ? left(i) : right(i - width));
  const conditions = [
    ...plan.keys.map((key) => `${text(key.left, left)} = ${text(key.right, right)}`),
    ...(plan.residual ? [text(plan.residual, both)] : []),
  ];
  const on = conditions.length === 0 ? 'true' : conditions.join(' AND ');
  const [l, r] = [from(plan.left, 'l'), from(plan.right, 'r')];
  if (plan.type === 'semi' || plan.type === 'anti') {
    const not = plan.type === 'anti' ? 'NOT ' : '';
    return `SELECT l.* FROM ${l} WHERE ${not}EXISTS (SELECT FROM ${r} WHERE ${on})`;
  }
  const columns = plan.columns.map((_, i) => `${both(i)} AS c${i}`).join(', ');
  return `SELECT ${columns} FROM ${l} ${plan.type.toUpperCase()} JOIN ${r} ON ${on}`;
}

function aggregateSql({input, groupBy, aggregates}: Aggregate): string {
  const cells = [...groupBy.map((key) => text(key)), ...aggregates.map(aggregateCall)];
  const columns = cells.map((cell, i) => `${cell} AS c${i}`).join(', ');
  // A constant in GROUP BY would be read as a position: brackets make it a value.
  const keys = groupBy.map((key) => `(${text(key)})`).join(', ');
  return `SELECT ${columns} FROM ${from(input)}${keys === '' ? '' : ` GROUP BY ${keys}`}`;
}

/** Those of `functions/aggregates.ts` that are called as they are named. */
const SQL_AGGREGATES = new RegExp(
  [
    '^(count|sum|avg|min|max|every|bool_and|bool_or',
    'variance|(var|stddev)_(pop|samp)|stddev|array_agg|string_agg|jsonb?_agg)$',
  ].join('|'),
);

function aggregateCall({function: {name}, args, distinct, filter, orderBy}: AggregateCall): string {
  const where = filter ? ` FILTER (WHERE ${text(filter)})` : '';
  const [value, fraction] = args;
  if (name.startsWith('percentile_') && value && fraction) {
    return `${name}(${text(fraction)}) WITHIN GROUP (ORDER BY ${text(value)})${where}`;
  }
  if (!SQL_AGGREGATES.test(name)) throw new NoSql();
  const given = args.length === 0 ? '*' : args.map((arg) => text(arg)).join(', ');
  const order = orderBy.length === 0 ? '' : ` ORDER BY ${sorts(orderBy).join(', ')}`;
  return `${name}(${distinct ? 'DISTINCT ' : ''}${given}${order})${where}`;
}

const sorts = (keys: readonly SortKey[]): string[] =>
  keys.map(({expression, descending, nullsFirst}) => {
    const collate = expression.type.kind === 'text' ? ' COLLATE "C"' : '';
    const direction = descending ? ' DESC' : ' ASC';
    return `${text(expression)}${collate}${direction} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
  });

/** An expression; `column` names the columns of the row it is over. */
function text(expression: Expression, column = (index: number): string => `t.c${index}`): string {
  const part = (inner: Expression): string => text(inner, column);
  switch (expression.kind) {
    case 'column':
      return column(expression.index);
    case 'literal':
      return literal(expression.value, expression.type);
    case 'call': {
      const {sql} = expression.function;
      if (!sql) throw new NoSql();
      return sql(...expression.args.map(part));
    }
    case 'and':
    case 'or':
      return `(${expression.args.map(part).join(` ${expression.kind.toUpperCase()} `)})`;
    case 'not':
      return `(NOT ${part(expression.arg)})`;
    case 'isNull':
      return `(${part(expression.arg)} IS NULL)`;
    case 'case': {
      // Branches of several types are one of openCypher's, and none of Postgres's.
      castTo(expression.type);
      const branches = expression.branches.map(
        ({when, then}) => `WHEN ${part(when)} THEN ${part(then)}`,
      );
      return `CASE ${branches.join(' ')} ELSE ${part(expression.otherwise)} END`;
    }
    case 'coalesce':
      return `COALESCE(${expression.args.map(part).join(', ')})`;
    case 'fold':
      throw new NoSql();
  }
}

function literal(value: Value, type: Type): string {
  const cast = castTo(type);
  if (value === null) return `NULL${cast}`;
  return `'${textWriter(type)(value)?.replaceAll("'", "''")}'${cast}`;
}

/** openCypher's own type has no name in Postgres, and an untyped NULL needs none. */
function castTo(type: Type): string {
  if (type.kind === 'any') throw new NoSql();
  if (type.kind === 'unknown') return '';
  if (type.kind === 'array') return type.element ? `${castTo(type.element)}[]` : '::text[]';
  return `::${type.name ?? type.kind}`;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** A table's id with both of its parts quoted: `tableId` quotes only where it must. */
function tableName(id: TableId): string {
  const parts = [...id.matchAll(/"((?:[^"]|"")*)"|[^."]+/g)];
  return parts.map(([part, inner]) => (inner === undefined ? quoted(part) : part)).join('.');
}
