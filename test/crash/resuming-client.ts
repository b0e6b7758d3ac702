import {type Folding, folding, type Message, type SnapshotPart} from '../support/folded.ts';
import {type Received, readEvents} from '../support/sse-client.ts';

/** A client that goes on where it was whenever its stream ends, as a browser does. */
export interface ResumingClient {
  /** Changes that it was told. */
  readonly heard: number;
  /** Streams that it opened, or tried to. */
  readonly streams: number;
  /** How often it was told to start afresh. */
  readonly resets: number;
  /** What it names its place with. */
  readonly lastId: string | undefined;
  /** What it was told that does not follow on what it was told before; it stops at that. */
  readonly wrong: unknown;
  /** What it holds of a query; throws where something was wrong. */
  rows(queryId: string): readonly unknown[];
}

export interface ResumingOptions {
  readonly signal: AbortSignal;
  /** A stream on which nothing comes for so long is left, for another one. */
  readonly patienceMs?: number;
  /** It may be told to start afresh; else that is wrong. */
  readonly startsAfresh?: boolean;
}

const RETRY_MS = 20;

/** Follows all queries of a service at `url`, from a snapshot on, until `signal` is aborted. */
export function resumingClient(
  url: string,
  {signal, patienceMs = 600_000, startsAfresh = false}: ResumingOptions,
): ResumingClient {
  let fold: Folding = folding();
  let lastId: string | undefined;
  let heard = 0;
  let streams = 0;
  let resets = 0;
  let wrong: unknown;

  function take({event, data, id}: Received): void {
    if (event === 'reset') {
      if (!startsAfresh) throw new Error(`a client was reset: ${data}`);
      fold = folding();
      resets += 1;
    }
    if (data !== undefined && event === 'snapshot') fold.begin(JSON.parse(data) as SnapshotPart);
    if (data !== undefined && event === 'message') {
      fold.take(JSON.parse(data) as Message);
      heard += 1;
    }
    lastId = id ?? lastId;
  }

  async function stream(): Promise<void> {
    // Of a snapshot without its end nothing is known: it is read anew.
    if (lastId === undefined) fold = folding();
    const headers: Record<string, string> = lastId ? {'Last-Event-ID': lastId} : {};
    const leave = new AbortController();
    const hurry = (): NodeJS.Timeout => setTimeout(() => leave.abort(), patienceMs);
    let late = hurry();
    streams += 1;
    const either = AbortSignal.any([signal, leave.signal]);
    try {
      const from = `${url}?coalesce=false${lastId ? '' : '&snapshot=true'}`;
      const response = await fetch(from, {headers, signal: either});
      const alive = (): void => {
        clearTimeout(late);
        late = hurry();
      };
      await readEvents(response, {
        event(one) {
          alive();
          try {
            take(one);
          } catch (error) {
            wrong ??= error;
            throw error;
          }
        },
        comment: alive,
      });
    } finally {
      clearTimeout(late);
      leave.abort();
    }
  }

  async function live(): Promise<void> {
    while (!signal.aborted && wrong === undefined) {
      // The network's failures are not the client's: it comes back, as a browser does.
      await stream().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  void live();

  return {
    get heard() {
      return heard;
    },
    get streams() {
      return streams;
    },
    get resets() {
      return resets;
    },
    get lastId() {
      return lastId;
    },
    get wrong() {
      return wrong;
    },
    rows(queryId) {
      if (wrong !== undefined) throw wrong;
      return fold.rows(queryId);
    },
  };
}
