import type {Table} from '../../../data/schema.ts';
import {nearest} from '../../../lib/nearest.ts';
import type {JoinDeclaration} from '../../catalog.ts';
import type {RelationshipPattern} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Context} from './context.ts';

/** A way in which two tables are related: rows whose columns are equal, pair by pair. */
export interface Relation {
  readonly type: string;
  /** Names of a column on the side the relationship goes out from, and of one on the other. */
  readonly columns: readonly (readonly [from: string, to: string])[];
  /** Whether the relationship goes out from the node on the pattern's left. */
  readonly forward: boolean;
}

/**
 * The relations that a relationship between two nodes can stand for. Between two tables
 * an arrow's direction means nothing, since only one is possible; within one table it
 * goes from the first key to the second, or from the referring row to the referred.
 */
export function relationsOf(
  context: Context,
  pattern: RelationshipPattern,
  left: Table,
  right: Table,
): readonly Relation[] {
  const relations = relationsBetween(context, pattern, left, right);
  if (relations.length === 0) refuse(context, pattern, left, right);
  return relations;
}

/** Whether the relationship can relate rows of the tables. */
export const isRelated = (
  context: Context,
  pattern: RelationshipPattern,
  left: Table,
  right: Table,
): boolean => relationsBetween(context, pattern, left, right).length > 0;

/** A relationship of no steps, which `*0..` has among its lengths: both ends are one node. */
export const isStay = ({length}: RelationshipPattern): boolean => length?.max === 0;

function relationsBetween(
  context: Context,
  pattern: RelationshipPattern,
  left: Table,
  right: Table,
): readonly Relation[] {
  if (isStay(pattern)) return left.id === right.id ? [stayIn(left)] : [];
  const found = candidates(context, left, right).filter(
    ({type}) => pattern.types.length === 0 || pattern.types.some(({name}) => name === type),
  );
  return found.filter(
    ({forward}) =>
      left.id !== right.id ||
      pattern.direction === 'either' ||
      (pattern.direction === 'right') === forward,
  );
}

const stayIn = ({columns, keyColumns}: Table): Relation => {
  const keys = keyColumns.length === 0 ? [...columns.keys()] : keyColumns;
  const names = keys.map((i) => columns[i]?.name ?? '');
  return {type: '', columns: names.map((name) => [name, name] as const), forward: true};
};

function candidates(context: Context, left: Table, right: Table): readonly Relation[] {
  return [
    ...context.catalog.joins.flatMap((join) => declared(join, left, right)),
    ...foreign(left, right),
  ];
}

const isNamed = (table: Table, label: string): boolean =>
  table.name === label || `${table.schema}.${table.name}` === label;

/** Every two keys of a declaration relate the rows of their tables. */
function declared({id, keys}: JoinDeclaration, left: Table, right: Table): readonly Relation[] {
  const relations: Relation[] = [];
  for (const [i, a] of keys.entries()) {
    for (const [j, b] of keys.entries()) {
      if (i === j || !isNamed(left, a.label) || !isNamed(right, b.label)) continue;
      const forward = i < j;
      const [from, to] = forward ? [a, b] : [b, a];
      relations.push({type: id, columns: [[from.property, to.property]], forward});
    }
  }
  return relations;
}

function foreign(left: Table, right: Table): readonly Relation[] {
  const sides = [
    {referring: left, referred: right, forward: true},
    {referring: right, referred: left, forward: false},
  ];
  return sides.flatMap(({referring, referred, forward}) =>
    referring.foreignKeys
      .filter(({referencedTable}) => referencedTable === referred.id)
      .map(({name, columns, referencedColumns}) => ({
        type: name,
        forward,
        columns: columns.map(
          (position, i) =>
            [referring.columns[position]?.name ?? '', referencedColumns[i] ?? ''] as const,
        ),
      })),
  );
}

/** The names of all columns by which rows of a table can be related to others. */
export function relatingColumns({catalog}: Context, table: Table): readonly string[] {
  const keys = catalog.joins.flatMap((join) => join.keys);
  const referring = table.foreignKeys.flatMap(({columns}) => columns);
  const referred = catalog.tables.flatMap(({foreignKeys}) =>
    foreignKeys.filter(({referencedTable}) => referencedTable === table.id),
  );
  return [
    ...keys.filter(({label}) => isNamed(table, label)).map(({property}) => property),
    ...[...referring, ...table.keyColumns].map((i) => table.columns[i]?.name ?? ''),
    ...referred.flatMap(({referencedColumns}) => referencedColumns),
  ];
}

/** The tables that a relationship of a table leads to, for a node without a label. */
export function neighboursOf(
  context: Context,
  pattern: RelationshipPattern,
  table: Table,
): readonly Table[] {
  if (isStay(pattern)) return [table];
  return context.catalog.tables.filter((other) =>
    candidates(context, table, other).some(
      ({type}) => pattern.types.length === 0 || pattern.types.some(({name}) => name === type),
    ),
  );
}

function refuse(context: Context, pattern: RelationshipPattern, left: Table, right: Table): void {
  const place = context.place(pattern.types[0]?.span ?? pattern.span);
  const known = [...new Set(candidates(context, left, right).map(({type}) => type))];
  const name = pattern.types.map((type) => type.name).join('|');
  const others = [...known, ...context.catalog.joins.map(({id}) => id)];
  const near = nearest(
    name,
    others.filter((type) => type !== name),
  );
  const declaration = `joins: [{id: ${name || 'NAME'}, keys: [{label: ${left.name}, property: …}, {label: ${right.name}, property: …}]}]`;
  const facts = {
    name,
    detail:
      known.length === 0
        ? `Nothing relates "${left.name}" and "${right.name}".`
        : `"${left.name}" and "${right.name}" are related by ${known.join(', ')}.`,
    hint: near === undefined ? `declare it: ${declaration}` : `did you mean "${near}"?`,
  };
  context.report(problems['cypher-unknown-relationship'](facts, {place}));
}
