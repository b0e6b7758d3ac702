import type {QueryConfig} from '../config/config.ts';
import type {QueryNote} from '../store/store.ts';
import type {Definition, LiveQuery} from './live-query.ts';

/** A query as the store keeps it, besides its rows. */
export interface QueryMemo {
  readonly config: QueryConfig;
  readonly origin: Definition['origin'];
  /** Whether it was to run. */
  readonly run: boolean;
}

export function noteOf({id, definition, state}: LiveQuery): QueryNote {
  const {config, origin} = definition;
  const memo: QueryMemo = {config, origin, run: state.kind !== 'stopped'};
  return {queryId: id, memo: JSON.stringify(memo)};
}

export const readMemo = (text: string): QueryMemo => JSON.parse(text) as QueryMemo;

/** Whether two configurations ask for the same, wherever they stand. */
export function sameQuery(a: QueryConfig, b: QueryConfig): boolean {
  return asked(a) === asked(b);
}

function asked({place: _, autoStart: __, ...rest}: QueryConfig): string {
  return JSON.stringify(rest, (_key, value) =>
    value && typeof value === 'object' && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
