import type {AggregateFunction} from '../../plan.ts';

/** What answers the last of a group's values in the call's order; null of none. */
export const LAST_VALUE = {
  compute: (values) => values.at(-1) ?? null,
  pick: (count) => count - 1,
} satisfies Partial<Extract<AggregateFunction, {kind: 'listing'}>>;
