import type {Problem} from '../../lib/problem.ts';
import type {TableName} from '../catalog.ts';
import type {Query} from './ast.ts';
import {namesIn, unknownLabel} from './lower/label.ts';
import {placesIn} from './text.ts';
import {patternsIn} from './walk.ts';

/**
 * A Problem for each label of a pattern that is none of the tables, of which nothing is
 * known but their names. A table without a schema may be of any.
 */
export function unknownLabels(
  text: string,
  {parts}: Query,
  tables: readonly TableName[],
): readonly Problem[] {
  const placeOf = placesIn(text);
  const known = tables.map(({schema = 'public', name}) => ({schema, name}));
  const nodes = parts
    .flatMap(({clauses}) => clauses.flatMap(patternsIn))
    .flatMap((pattern) => pattern.nodes);
  return nodes
    .flatMap(({labels}) => (labels ? namesIn(labels) : []))
    .filter(({name}) => !tables.some((table) => isCalled(table, name)))
    .map(({name, span}) => unknownLabel(name, known, placeOf(span)));
}

function isCalled({schema, name}: TableName, label: string): boolean {
  if (label === name) return true;
  return schema === undefined ? label.endsWith(`.${name}`) : label === `${schema}.${name}`;
}
