import type {Table} from '../../../data/schema.ts';
import type {Name} from '../ast.ts';
import {problems} from '../problems.ts';
import {nearest} from '../text.ts';
import type {Context} from './context.ts';

/**
 * The table that a label names: by its name alone, or with its schema before a dot.
 * Undefined where there is none or several, which is then reported.
 */
export function tableOf(context: Context, label: Name): Table | undefined {
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
  const near = nearest(label.name, tables.flatMap(namesOf));
  const known = tables.map(({name}) => name).join(', ');
  context.report(
    problems['cypher-unknown-label'](
      {
        ...facts,
        nearest: near,
        known: known === '' ? 'There are no tables.' : `The tables are ${known}.`,
      },
      {place},
    ),
  );
  return undefined;
}

const namesOf = ({schema, name}: Table): readonly string[] => [name, `${schema}.${name}`];
