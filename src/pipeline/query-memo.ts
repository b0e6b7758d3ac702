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
