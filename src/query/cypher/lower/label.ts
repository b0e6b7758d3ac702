import type {Table} from '../../../data/schema.ts';
import {nearest} from '../../../lib/nearest.ts';
import type {Place, Problem} from '../../../lib/problem.ts';
import type {Labels, Name} from '../ast.ts';
import {problems} from '../problems.ts';
import type {Span} from '../text.ts';
import type {Context} from './context.ts';

/**
 * The tables whose rows have the labels: a row has one label, its table's. Undefined where a
 * label is none, or no table can have them, which is then reported.
 */
export function tablesOf(
  context: Context,
  labels: Labels,
  span: Span,
): readonly Table[] | undefined {
  const names = namesIn(labels).map((name) => ({name, table: tableOf(context, name)}));
  if (names.some(({table}) => !table)) return undefined;
  const found = context.catalog.tables.filter((table) =>
    holds(labels, ({name}) => names.some((one) => one.name.name === name && one.table === table)),
  );
  if (found.length > 0) return found;
  const place = context.place(span);
  const hint = 'a row has the label of its one table: leave the other label out';
  const facts = {what: 'a node with labels of several tables', hint};
  context.report(problems['cypher-not-supported'](facts, {place}));
  return undefined;
}

/** Whether something has the labels, if it has those for which `has` is true. */
export function holds(labels: Labels, has: (label: Name) => boolean): boolean {
  switch (labels.kind) {
    case 'label':
      return has(labels.name);
    case 'any':
      return true;
    case 'not':
      return !holds(labels.of, has);
    case 'and':
      return labels.args.every((part) => holds(part, has));
    case 'or':
      return labels.args.some((part) => holds(part, has));
  }
}

/** Every label that is named. */
export function namesIn(labels: Labels): readonly Name[] {
  switch (labels.kind) {
    case 'label':
      return [labels.name];
    case 'any':
      return [];
    case 'not':
      return namesIn(labels.of);
    default:
      return labels.args.flatMap(namesIn);
  }
}

/**
 * The table that a label names: by its name alone, or with its schema before a dot.
 * Undefined where there is none or several, which is then reported.
 */
function tableOf(context: Context, label: Name): Table | undefined {
  const {tables} = context.catalog;
  const found = tables.filter((table) => namesOf(table).includes(label.name));
  const [table, another] = found;
  if (table && !another) return table;
  const place = context.place(label.span);
  const facts = {label: label.name};
  if (another) {
    const candidates = found.map(({schema, name}) => `${schema}.${name}`);
    context.report(problems['cypher-ambiguous-label']({...facts, candidates}, {place}));
    return undefined;
  }
  context.report(unknownLabel(label.name, tables, place));
  return undefined;
}

type Named = Pick<Table, 'schema' | 'name'>;

/** What is said of a label that is none of the tables. */
export function unknownLabel(label: string, tables: readonly Named[], place: Place): Problem {
  const known = tables.map(({name}) => name).join(', ');
  const facts = {
    label,
    nearest: nearest(label, tables.flatMap(namesOf)),
    known: known === '' ? 'There are no tables.' : `The tables are ${known}.`,
  };
  return problems['cypher-unknown-label'](facts, {place});
}

/** What a label can call a table. */
export const namesOf = ({schema, name}: Named): readonly string[] => [name, `${schema}.${name}`];
