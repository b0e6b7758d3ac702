import type {QueryNote, StoredQuery} from '../store/store.ts';
import type {LiveQuery} from './live-query.ts';
import {memoryNotes} from './memory-notes.ts';
import {memoNotes} from './query-memo.ts';

/** What the store is to be told of queries besides their rows. */
export interface QueryNotes {
  /** It was moved. */
  moved(query: LiveQuery): void;
  /** Its definition, its state or its operators may be others. */
  changed(query: LiveQuery): void;
  /** What is another since this was asked last. */
  take(): readonly QueryNote[];
  /** There is no such query any more. */
  forget(query: LiveQuery): void;
}

/** `stored`: what the store has of them. `version` names this program. */
export function queryNotes(
  stored: ReadonlyMap<string, Pick<StoredQuery, 'memo' | 'memory'>>,
  version?: string,
): QueryNotes {
  const memos = memoNotes(stored, version);
  const memories = memoryNotes(stored);
  return {
    moved: memories.visited,
    changed: memos.visited,
    take() {
      const [memo, memory] = [memos.take(), memories.take()];
      return memo.length === 0 ? memory : [...memo, ...memory];
    },
    forget(query) {
      memos.forget(query);
      memories.forget(query);
    },
  };
}
