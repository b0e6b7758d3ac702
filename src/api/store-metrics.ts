import {Gauge, type Histogram, type Registry} from 'prom-client';
import type {Clock} from '../lib/clock.ts';
import type {Durations} from '../lib/durations.ts';
import type {StoreStatus} from '../store/store.ts';

type Reading = (status: StoreStatus, nowMs: number) => number | undefined;

const age = (atMs: number | undefined, nowMs: number): number | undefined =>
  atMs === undefined ? undefined : Math.max(0, nowMs - atMs) / 1000;

const GAUGES: readonly (readonly [name: string, help: string, read: Reading])[] = [
  ['file_bytes', 'Size of the file.', ({kind, bytes}) => (kind === 'lmdb' ? bytes : undefined)],
  [
    'journal_bytes',
    'What a restart reads besides the checkpoint.',
    ({kind, journalBytes}) => (kind === 'lmdb' ? journalBytes : undefined),
  ],
  [
    'checkpoint_age_seconds',
    'Time since the last checkpoint.',
    ({checkpointMs}, nowMs) => age(checkpointMs, nowMs),
  ],
  ['log_bytes', 'Size of the events that are held.', ({log}) => log.bytes],
  ['log_events', 'Events that are held.', ({log}) => log.newest - log.oldest + 1],
  ['log_oldest_sequence', 'First event that is held.', ({log}) => log.oldest],
  ['log_newest_sequence', 'Last event there was.', ({log}) => log.newest],
  [
    'log_oldest_age_seconds',
    'Age of the first event that is held.',
    ({log}, nowMs) => age(log.oldestMs, nowMs),
  ],
];

/** What Prometheus reads of the store. */
export function storeMetrics(
  registry: Registry,
  {status, clock}: {readonly status: () => StoreStatus; readonly clock: Clock},
): void {
  for (const [name, help, read] of GAUGES) {
    const gauge: Gauge = new Gauge({
      name: `tailrace_store_${name}`,
      help,
      registers: [registry],
      collect() {
        const value = read(status(), clock.nowMs());
        // What is not known is left out: a gauge without labels would say 0.
        if (value === undefined) gauge.remove();
        else gauge.set(value);
      },
    });
  }
  const about = {
    name: 'tailrace_store_commit_duration_seconds',
    help: 'How long writes of the store took.',
  };
  registry.registerMetric(toldHistogram(about, () => status().commits));
}

/** A histogram whose figures somebody else has counted, in the form that a registry reads. */
function toldHistogram(
  about: {readonly name: string; readonly help: string},
  read: () => Durations,
): Histogram {
  const {name} = about;
  const figure = (suffix: string, value: number, labels = {}) => {
    return {metricName: `${name}_${suffix}`, labels, value};
  };
  const told = {
    name,
    async get() {
      const {count, sumSeconds, buckets} = read();
      const values = [
        ...buckets.map(({seconds, count: upTo}) => figure('bucket', upTo, {le: seconds})),
        figure('bucket', count, {le: '+Inf'}),
        figure('sum', sumSeconds),
        figure('count', count),
      ];
      return {...about, type: 'histogram', aggregator: 'sum', values};
    },
  };
  return told as unknown as Histogram;
}
