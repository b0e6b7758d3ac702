import type {Delta} from '../data/delta.ts';
import {jsonMembers} from '../data/json-members.ts';
import type {Column} from '../data/schema.ts';
import type {Position} from './live-query.ts';

/**
 * A result as clients were told it before a restart, for a query that has no other yet: it
 * fails, it was stopped, or its source has brought no rows. Values are JSON as it was told,
 * so that whoever reads it reads the same as before; keys are texts.
 */
export interface KeptResult {
  readonly columns: readonly Column[];
  readonly rows: Delta;
  /** The position that it was the answer at. */
  readonly asOf: Position;
}

/** What is known of the columns of a result besides its rows. */
export interface ToldColumn {
  readonly name: string;
  /** As it is shown. */
  readonly type: string;
}

export function keptResult(
  rows: ReadonlyMap<string, string>,
  {columns, asOf}: {readonly columns: readonly ToldColumn[]; readonly asOf: Position},
): KeptResult {
  return {
    columns: columnsOf(rows, columns),
    rows: Array.from(rows, ([key, json]) => {
      const after = jsonMembers(json).map(({text}) => (text === 'null' ? null : text));
      return {key, before: undefined, after};
    }),
    asOf,
  };
}

/** The rows tell their names for certain. */
function columnsOf(
  rows: ReadonlyMap<string, string>,
  told: readonly ToldColumn[],
): readonly Column[] {
  const [first] = rows.values();
  const names = first === undefined ? told : jsonMembers(first);
  return names.map(({name}, i) => {
    const type = told[i]?.name === name ? told[i].type : undefined;
    return {name, type: {kind: 'jsonb', ...(type !== undefined && {name: type})}};
  });
}
