import {INT4, TEXT, type Type} from '../../src/data/type.ts';
import type {Expression} from '../../src/query/expression.ts';
import type {SortKey} from '../../src/query/plan.ts';

/** Expressions over the rows that `expect-incremental.ts` makes: [int4, int4, text]. */
export const column = (index: number, type: Type = index === 2 ? TEXT : INT4): Expression => ({
  kind: 'column',
  index,
  type,
});

/** ORDER BY a column, nulls where Postgres has them. */
export const by = (index: number, {descending = false} = {}): SortKey => ({
  expression: column(index),
  descending,
  nullsFirst: descending,
});
