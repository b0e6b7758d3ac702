import {ANY} from '../../data/type.ts';
import {column} from '../cypher/lower/scope.ts';
import {LAST_VALUE} from '../functions/aggregates/pick.ts';
import type {AggregateCall, SortKey} from '../plan.ts';

/** The value of a group's last row, by `by`; nulls are values too. */
export function lastOf(index: number, type = ANY, by: readonly SortKey[]): AggregateCall {
  return {
    function: {
      kind: 'listing',
      name: 'last_of',
      skipsNulls: false,
      ...LAST_VALUE,
    },
    args: [column(index, type)],
    distinct: false,
    filter: undefined,
    orderBy: by,
    type,
  };
}

export const ascending = (index: number, type: SortKey['expression']['type']): SortKey => ({
  expression: column(index, type),
  descending: false,
  nullsFirst: false,
});
