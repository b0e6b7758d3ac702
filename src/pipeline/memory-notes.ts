import type {RunningQuery} from '../query/query.ts';
import type {QueryNote} from '../store/store.ts';
import type {LiveQuery} from './live-query.ts';

/** What the store is to be told of the time functions of queries. */
export interface MemoryNotes {
  /** The query was moved, or has other operators now. */
  visited(query: LiveQuery): void;
  /** What is another since this was asked last. */
  take(): readonly QueryNote[];
  forget(query: LiveQuery): void;
}

export function memoryNotes(): MemoryNotes {
  const visited = new Set<LiveQuery>();
  /** The operators whose memory the store has. */
  const known = new Map<LiveQuery, RunningQuery>();
  const nothing: readonly QueryNote[] = [];

  function noteOf(query: LiveQuery): QueryNote[] {
    const {id: queryId, operators} = query;
    const memory = query.state.kind === 'failed' ? undefined : operators?.memory;
    if (memory && operators && known.get(query) === operators) {
      const changes = memory.changes();
      return changes.size > 0 ? [{queryId, memory: changes}] : [];
    }
    if (!memory || !operators) return known.delete(query) ? [{queryId, afresh: true}] : [];
    known.set(query, operators);
    memory.changes();
    return [{queryId, afresh: true, memory: new Map(memory.all())}];
  }

  return {
    visited(query) {
      if (query.operators?.memory || known.has(query)) visited.add(query);
    },
    take() {
      if (visited.size === 0) return nothing;
      const notes = [...visited].flatMap(noteOf);
      visited.clear();
      return notes;
    },
    forget(query) {
      visited.delete(query);
      known.delete(query);
    },
  };
}
