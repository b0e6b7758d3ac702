import type {RequestHandler} from 'express';
import {Counter, collectDefaultMetrics, Gauge, Registry} from 'prom-client';
import type {Clock} from '../lib/clock.ts';
import type {SourceStatus} from '../source/source.ts';
import type {ApiService, QueryView, ReactionView} from './service.ts';
import {storeMetrics} from './store-metrics.ts';

/**
 * What Prometheus reads at `/metrics`: what the API tells of sources, queries and
 * reactions, how the store is, and how the process is, in numbers. Values are taken when
 * they are asked for, so that nothing is counted twice and nothing costs anything between.
 *
 * The registry is made with the first request, and is this service's own: several services
 * may run in one process, as they do in tests.
 */
export function metricsAnswer(
  service: ApiService,
  world: {readonly clients: () => number; readonly clock: Clock},
): RequestHandler {
  let registry: Registry | undefined;
  return async (_request, response) => {
    registry ??= registryOf(service, world);
    response.set('Cache-Control', 'no-store').type(registry.contentType);
    response.send(await registry.metrics());
  };
}

function registryOf(
  service: ApiService,
  {clients, clock}: {readonly clients: () => number; readonly clock: Clock},
): Registry {
  const registry = new Registry();
  collectDefaultMetrics({register: registry});
  sourceMetrics(service, registry);
  queryMetrics(service, registry);
  reactionMetrics(service, registry);
  storeMetrics(registry, {status: () => service.store(), clock});
  const streams = new Gauge({
    name: 'tailrace_api_stream_clients',
    help: 'Streams of /api/v1/events that are open.',
    registers: [registry],
    collect() {
      streams.set(clients());
    },
  });
  return registry;
}

/** One figure of each source; undefined where it is not known, and then it is left out. */
type Reading = (status: SourceStatus) => number | undefined;

const seconds = (ms: number | undefined): number | undefined =>
  ms === undefined ? undefined : ms / 1000;

const SOURCE_GAUGES: readonly (readonly [name: string, help: string, read: Reading])[] = [
  ['lag_bytes', 'Log that the service has not taken in.', ({lagBytes}) => lagBytes],
  ['lag_seconds', 'Age of the oldest commit not taken in.', ({lagMs}) => seconds(lagMs)],
  [
    'heartbeat_round_trip_seconds',
    'From the log of the database to the service.',
    ({heartbeat}) => seconds(heartbeat?.roundTripMs),
  ],
  ['stale', '1 while results are of the past.', ({stale}) => (stale ? 1 : 0)],
  [
    'slot_retained_bytes',
    'Log that the server keeps because of the slot.',
    ({slot}) => slot?.retainedBytes,
  ],
  [
    'slot_unconfirmed_bytes',
    'Log written since the last position that was confirmed.',
    ({slot}) => slot?.unconfirmedBytes,
  ],
  [
    'slot_safe_bytes',
    'Log that may be written before the server gives the slot up.',
    ({slot}) => slot?.safeBytes,
  ],
  [
    'slot_limit_bytes',
    'Kept log past which the service gives the slot up.',
    ({slot}) => slot?.limitBytes,
  ],
  [
    'slot_growth_bytes_per_second',
    'How fast the kept log grows.',
    ({slot}) => slot?.growthBytesPerSecond,
  ],
  [
    'slot_ends_in_seconds',
    'When the slot is lost or given up if it goes on like this.',
    ({slot}) => seconds(slot?.endsInMs),
  ],
  ['wal_bytes_per_second', 'How fast the server writes log.', ({slot}) => slot?.walBytesPerSecond],
];

const SOURCE_STATES = ['stopped', 'connecting', 'snapshotting', 'streaming', 'waiting'] as const;

function sourceMetrics(service: ApiService, registry: Registry): void {
  const registers = [registry];
  for (const [name, help, read] of SOURCE_GAUGES) {
    const gauge = new Gauge({
      name: `tailrace_source_${name}`,
      help,
      labelNames: ['source'],
      registers,
      collect() {
        gauge.reset();
        for (const {id, status} of service.sources()) {
          const value = read(status());
          if (value !== undefined) gauge.set({source: id}, value);
        }
      },
    });
  }
  stateGauge({
    name: 'tailrace_source_state',
    help: '1 for the state that the source is in.',
    label: 'source',
    states: SOURCE_STATES,
    registry,
    all: () => service.sources().map(({id, status}) => [id, status().state.kind]),
  });
  counter(
    'transactions_total',
    'Transactions of the database that were taken in since the start.',
    ({transactions}) => transactions ?? 0,
  );
  counter(
    'verifier_differences_total',
    'Rows that the verifier found to be others than in the database, since the start.',
    ({verification}) => verification?.differences ?? 0,
  );
  counter(
    'verifier_comparisons_total',
    'Comparisons of tables with the database since the start.',
    ({verification}) => verification?.comparisons ?? 0,
  );

  function counter(name: string, help: string, read: (status: SourceStatus) => number): void {
    const total = new Counter({
      name: `tailrace_source_${name}`,
      help,
      labelNames: ['source'],
      registers,
      collect() {
        total.reset();
        for (const {id, status} of service.sources()) total.inc({source: id}, read(status()));
      },
    });
  }
}

const QUERY_STATES = ['waiting', 'running', 'failed', 'stopped'] as const;

function queryMetrics(service: ApiService, registry: Registry): void {
  const figure = (name: string, help: string, read: (query: QueryView) => number | undefined) => {
    const gauge = new Gauge({
      name: `tailrace_query_${name}`,
      help,
      labelNames: ['query'],
      registers: [registry],
      collect() {
        gauge.reset();
        for (const query of service.queries()) {
          const value = read(query);
          if (value !== undefined) gauge.set({query: query.id}, value);
        }
      },
    });
  };
  figure('rows', 'Rows of the result.', (query) => query.result()?.count);
  figure('sequence', 'Sequence of the last event.', (query) => query.result()?.sequence);
  stateGauge({
    name: 'tailrace_query_state',
    help: '1 for the state that the query is in.',
    label: 'query',
    states: QUERY_STATES,
    registry,
    all: () => service.queries().map(({id, state}) => [id, state.kind]),
  });
}

const REACTION_STATES = ['stopped', 'running', 'failed'] as const;

function reactionMetrics(service: ApiService, registry: Registry): void {
  type Read = (status: ReturnType<ReactionView['status']>) => number | undefined;
  const figure = (name: string, help: string, read: Read) => {
    const gauge = new Gauge({
      name: `tailrace_reaction_${name}`,
      help,
      labelNames: ['reaction'],
      registers: [registry],
      collect() {
        gauge.reset();
        for (const reaction of service.reactions()) {
          const value = read(reaction.status());
          if (value !== undefined) gauge.set({reaction: reaction.id}, value);
        }
      },
    });
  };
  figure('clients', 'Streams that are open.', ({clients}) => clients);
  figure('lag_events', 'Events that it has not told yet.', ({lagEvents}) => lagEvents);
  figure('lag_seconds', 'Age of the oldest of them.', ({lagMs}) => seconds(lagMs));
  stateGauge({
    name: 'tailrace_reaction_state',
    help: '1 for the state that the reaction is in.',
    label: 'reaction',
    states: REACTION_STATES,
    registry,
    all: () => service.reactions().map((one) => [one.id, one.status().state.kind]),
  });
}

interface StateGauge {
  readonly name: string;
  readonly help: string;
  readonly label: string;
  readonly states: readonly string[];
  readonly registry: Registry;
  readonly all: () => readonly (readonly [id: string, state: string])[];
}

/** A state is told as one figure for each that there is, as Prometheus's own style has it. */
function stateGauge({name, help, label, states, registry, all}: StateGauge): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: [label, 'state'],
    registers: [registry],
    collect() {
      gauge.reset();
      for (const [id, is] of all()) {
        for (const state of states) gauge.set({[label]: id, state}, state === is ? 1 : 0);
      }
    },
  });
}
