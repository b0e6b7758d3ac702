import type {QueryConfig} from '../config/config.ts';
import {lsnText, parseLsn} from '../data/lsn.ts';
import type {QueryNote, StoredQuery} from '../store/store.ts';
import type {ToldColumn} from './kept-result.ts';
import type {Definition, LiveQuery, Position} from './live-query.ts';

/** A query as the store keeps it, besides its rows. */
export interface QueryMemo {
  /** Names the program that wrote its result: another may print a value otherwise. */
  readonly version?: string | undefined;
  readonly config: QueryConfig;
  readonly origin: Definition['origin'];
  /** Whether it was to run. */
  readonly run: boolean;
  /** Of its result; absent while it has none. */
  readonly columns?: readonly ToldColumn[];
  /** Where its result stands while it does not move with its source. */
  readonly stood?: {readonly lsn: string; readonly commitTime: number};
}

export const readMemo = (text: string): QueryMemo => JSON.parse(text) as QueryMemo;

/** Where a result stood that did not move with its source. */
export function stoodAt({stood}: QueryMemo): Position | undefined {
  return stood && {lsn: parseLsn(stood.lsn) ?? 0n, commitTime: stood.commitTime};
}

/** What the store is to be told of queries: those whose memos are others than it has. */
export interface MemoNotes {
  /** It may have been defined anew, or its state is another. */
  visited(query: LiveQuery): void;
  /** What is another since this was asked last. */
  take(): readonly QueryNote[];
  forget(query: LiveQuery): void;
}

/** `version` names this program. */
export function memoNotes(
  stored: ReadonlyMap<string, Pick<StoredQuery, 'memo'>>,
  version?: string,
): MemoNotes {
  const visited = new Set<LiveQuery>();
  const known = new Map(Array.from(stored, ([id, {memo}]) => [id, memo]));
  const nothing: readonly QueryNote[] = [];

  return {
    visited: (query) => void visited.add(query),
    take() {
      if (visited.size === 0) return nothing;
      const notes = [...visited].flatMap((query): QueryNote[] => {
        const memo = memoOf(query, version);
        if (known.get(query.id) === memo) return [];
        known.set(query.id, memo);
        return [{queryId: query.id, memo}];
      });
      visited.clear();
      return notes;
    },
    forget(query) {
      visited.delete(query);
      known.delete(query.id);
    },
  };
}

/** Two equal memos of a query that runs are of one result, where the tables' rows are the same. */
export function memoOf(
  {definition, state, columns, asOf}: LiveQuery,
  version: string | undefined,
): string {
  const {config, origin} = definition;
  const memo: QueryMemo = {
    version,
    config,
    origin,
    run: state.kind !== 'stopped',
    ...(asOf && {columns: columns.map(({name, type}) => ({name, type: type.name ?? type.kind}))}),
    ...(asOf && state.kind !== 'running' && {stood: {...asOf, lsn: lsnText(asOf.lsn)}}),
  };
  return JSON.stringify(memo);
}
