import {crc32} from 'node:zlib';
import type {ApiService, QueryChanges, QueryView, ResultView} from '../../src/api/service.ts';
import {checksumOf} from '../../src/data/checksum.ts';
import {parseDecimal} from '../../src/data/decimal.ts';
import type {Delta} from '../../src/data/delta.ts';
import type {Event, EventRow} from '../../src/data/event.ts';
import type {Key} from '../../src/data/key.ts';
import {lsnText} from '../../src/data/lsn.ts';
import {rowJson} from '../../src/data/row-json.ts';
import type {Column} from '../../src/data/schema.ts';
import {INT4, NUMERIC, TEXT} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import {LISTENER_LIMITS, type ListenerOptions} from '../../src/http/listener.ts';
import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import {random} from '../../src/lib/random.ts';
import {watchers} from '../../src/lib/watchers.ts';
import {FEED_LIMITS} from '../../src/reaction/query-feed.ts';
import type {SseOptions} from '../../src/reaction/sse.ts';
import type {StaleResult, StreamWorld, WaitingQuery} from '../../src/reaction/stream-world.ts';
import {type ResultSet, resultSet} from '../../src/result/result-set.ts';
import {memoryStore} from '../../src/store/memory-store.ts';

export const columns: readonly Column[] = [
  {name: 'id', type: INT4},
  {name: 'name', type: TEXT},
  {name: 'value', type: NUMERIC},
];

export const row = (id: number, name: string | null, value: string): Row => [
  id,
  name,
  parseDecimal(value) ?? null,
];

export interface Edit {
  readonly key: Key;
  /** undefined: the row goes. */
  readonly after: Row | undefined;
}

/** Results and a real store, moved by hand where the pipeline would move them. */
export interface World extends StreamWorld {
  readonly service: ApiService;
  readonly queries: Map<string, ResultSet>;
  /** One transaction: what it does to each query it touches. */
  commit(changes: Readonly<Record<string, readonly Edit[]>>, kind?: 'stream' | 'resync'): void;
  /** What is not well with results, by hand; `tell` says that it has changed. */
  readonly troubles: {
    readonly stale: Map<string, StaleResult>;
    readonly waiting: Map<string, WaitingQuery>;
    tell(): void;
  };
  /** Sequences of a query's events so far. */
  sequencesOf(queryId: string): number[];
}

export interface WorldOptions {
  readonly queries?: readonly string[];
  readonly epoch?: string;
  readonly eventLogEvents?: number;
}

export function world({
  queries: ids = ['q'],
  epoch = 'e1',
  eventLogEvents = 100_000,
}: WorldOptions = {}): World {
  const store = memoryStore({epoch, eventLogEvents, eventLogBytes: 1024 ** 3});
  const queries = new Map(ids.map((id) => [id, resultSet()]));
  const sequences = new Map<string, number[]>(ids.map((id) => [id, []]));
  const states = watchers();
  const troubles = {stale: new Map(), waiting: new Map(), tell: states.tell};
  let lsn = 0x1000n;

  function viewOf(id: string): ResultView | undefined {
    const result = queries.get(id);
    return (
      result && {
        columns,
        count: result.size,
        sequence: sequences.get(id)?.at(-1) ?? 0,
        shape: 0,
        lsn: lsnText(lsn),
        asOfMs: 1_700_000_000_000,
        ordered: false,
        orderBy: [],
        keys: result.keys,
        row: result.row,
      }
    );
  }

  return {
    log: store.log,
    queries,
    results(id) {
      const result = queries.get(id);
      if (!result) return undefined;
      const json = rowJson(columns);
      const texts = Array.from(result.rows(), ([key, one]) => [String(key), json(one)] as const);
      return {columns, lsn: lsnText(lsn), ...checksumOf(texts, {crc32}), rows: result.rows};
    },
    progress: () => ({lsn: lsnText(lsn), lagBytes: 0, lagMs: 0}),
    staleness: () => (id) => troubles.stale.get(id),
    waiting: () => (id) => troubles.waiting.get(id),
    watch: states.watch,
    troubles,
    sequencesOf: (id) => sequences.get(id) ?? [],
    commit(changes, kind = 'stream') {
      lsn += 0x10n;
      const touched = Object.entries(changes);
      const events = touched.map(([queryId, edits], index): Event => {
        const result = queries.get(queryId)!;
        const sequence = store.log.last + index + 1;
        sequences.get(queryId)!.push(sequence);
        const transaction = {
          kind,
          source: 's',
          lsn: lsnText(lsn),
          xid: 700,
          commitTime: 1_700_000_000_000_000 + sequence,
          part: index + 1,
          parts: touched.length,
        };
        return {sequence, queryId, transaction, ...applied(result, edits)};
      });
      const transaction = {kind, sourceId: 's', lsn, xid: 700, commitTime: 0, changes: new Map()};
      store.commit([{transaction, events}], () => {});
    },
    service: {
      epoch,
      draining: false,
      queries: () => [...queries.keys()].map((id) => queryView(id, () => viewOf(id))),
      query: (id) => (queries.has(id) ? queryView(id, () => viewOf(id)) : undefined),
      sources: () => [],
      reactions: () => [],
      store: store.status,
      changes: unchanged,
      history: {events: refuse, result: refuse},
    },
  };
}

function applied(
  result: ResultSet,
  edits: readonly Edit[],
): Pick<Event, 'added' | 'updated' | 'deleted'> {
  const held = new Map(result.rows());
  const delta: Delta = edits.map(({key, after}) => ({key, before: held.get(key), after}));
  const diff = result.apply(delta);
  const json = rowJson(columns);
  const text = ({key, before, after}: {key: Key; before?: Row; after?: Row}): EventRow => ({
    key: String(key),
    ...(before && {before: json(before)}),
    ...(after && {after: json(after)}),
  });
  return {
    added: diff.added.map(text),
    updated: diff.updated.map(text),
    deleted: diff.deleted.map(text),
  };
}

/** The queries of this world are as they are. */
const refuse = () => Promise.reject(new Error('the queries of this world are not changed'));
const unchanged: QueryChanges = {
  note: '',
  add: refuse,
  put: refuse,
  drop: refuse,
  start: refuse,
  stop: refuse,
};

function queryView(id: string, result: () => ResultView | undefined): QueryView {
  return {
    id,
    text: 'MATCH (m:metrics) RETURN m.id, m.name, m.value',
    language: 'Cypher',
    autoStart: true,
    origin: 'configuration',
    sources: ['s'],
    state: {kind: 'running'},
    result,
    plan: () => 'scan metrics',
  };
}

export const listenerOptions: ListenerOptions = {
  ...LISTENER_LIMITS,
  clients: 1000,
  clientsPerAddress: 1000,
  drainMs: 500,
  clock: systemClock(),
  log: silentLog,
};

export const streamOptions = {
  heartbeatIntervalMs: 10_000,
  heartbeat: 'comment',
  stalledMs: 10_000,
  retryMs: {least: 20, most: 40},
  rotateMs: 0,
  progressMs: 20,
  byeMs: 500,
  queriesMax: 100,
  clock: systemClock(),
  chance: random(1),
  limits: FEED_LIMITS,
} as const;

export const sseOptions: SseOptions = {
  id: 'stream',
  queries: ['q'],
  host: '127.0.0.1',
  port: 0,
  ssePath: '/events',
  heartbeatIntervalMs: 10_000,
  heartbeat: 'comment',
  format: 'tailrace',
  corsAllowedOrigins: ['*'],
  routes: {},
  defaultTemplate: undefined,
};
