import {Ordered} from '../query/operators/ordered.ts';
import type {LiveQuery} from './live-query.ts';

/** Which running queries change by time alone, and when the first of them does. */
export interface DueQueries {
  /** The earliest microsecond since 1970 at which one is due; undefined for never. */
  readonly first: number | undefined;
  /** Those that are due at a time, the earliest first. */
  at(time: number): readonly LiveQuery[];
  /** Looks at a query again: it was moved, or its state has changed. */
  note(query: LiveQuery): void;
  remove(query: LiveQuery): void;
  /** `earlier` is called whenever the first due time has become earlier. One watches. */
  watch(earlier: () => void): void;
}

interface Due {
  readonly due: number;
  /** Tells queries apart that are due together. */
  readonly number: number;
  readonly query: LiveQuery;
}

/** A query that is not due costs nothing here, however many there are. */
export function dueQueries(): DueQueries {
  const queue = new Ordered<Due>((a, b) => a.due - b.due || a.number - b.number);
  const held = new Map<LiveQuery, Due>();
  let noted = 0;
  let earlier = (): void => {};

  function set(query: LiveQuery, due: number | undefined): void {
    const was = held.get(query);
    if (was?.due === due) return;
    const first = queue.first?.due ?? Infinity;
    if (was) queue.remove(was);
    if (due === undefined) {
      held.delete(query);
      return;
    }
    const is = {due, number: was?.number ?? ++noted, query};
    held.set(query, is);
    queue.add(is);
    if (due < first) earlier();
  }

  return {
    get first() {
      return queue.first?.due;
    },
    at(time) {
      const found: LiveQuery[] = [];
      for (const {due, query} of queue) {
        if (due > time) break;
        found.push(query);
      }
      return found;
    },
    note: (query) =>
      set(query, query.state.kind === 'running' ? query.operators?.nextDue() : undefined),
    remove: (query) => set(query, undefined),
    watch(listener) {
      earlier = listener;
    },
  };
}
