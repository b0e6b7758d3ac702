import type {RunningQuery} from '../query/query.ts';
import type {QueryNote, StoredQuery} from '../store/store.ts';
import type {LiveQuery} from './live-query.ts';

/** What the store is to be told of the time functions of queries. */
export interface MemoryNotes {
  /** The query was moved, or has other operators now. */
  visited(query: LiveQuery): void;
  /** What is another since this was asked last. */
  take(): readonly QueryNote[];
  forget(query: LiveQuery): void;
}

/**
 * Operators that go on from what the store has tell it what they change; others begin
 * anew, and all of theirs takes the place of what there was.
 */
export function memoryNotes(stored: ReadonlyMap<string, Pick<StoredQuery, 'memory'>>): MemoryNotes {
  const visited = new Set<LiveQuery>();
  /** The operators whose memory the store has. */
  const known = new Map<LiveQuery, RunningQuery>();
  /** Queries of which the store has a memory of before a restart. */
  const kept = new Set<string>();
  for (const [id, {memory}] of stored) if (memory.size > 0) kept.add(id);
  const nothing: readonly QueryNote[] = [];

  function noteOf(query: LiveQuery): QueryNote[] {
    const {id: queryId, operators, state} = query;
    // Rows go on without it: what it remembers is of no more use.
    const ended = state.kind === 'failed' || state.kind === 'stopped';
    const memory = ended ? undefined : operators?.memory;
    if (!memory || !operators) {
      // One that waits may go on from there yet.
      const over = ended || operators !== undefined;
      const was = known.delete(query) || (over && kept.delete(queryId));
      return was ? [{queryId, afresh: true}] : [];
    }
    const goesOn = known.get(query) === operators || memory.recalled;
    known.set(query, operators);
    kept.delete(queryId);
    const changes = memory.changes();
    if (!goesOn) return [{queryId, afresh: true, memory: new Map(memory.all())}];
    return changes.size > 0 ? [{queryId, memory: changes}] : [];
  }

  return {
    visited(query) {
      if (query.operators?.memory || known.has(query) || kept.has(query.id)) visited.add(query);
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
      kept.delete(query.id);
    },
  };
}
