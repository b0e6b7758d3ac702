import {expect, test} from 'vitest';
import type {QueryView} from '../../src/api/service.ts';
import {staleness} from '../../src/api/stale.ts';
import {retrySeconds, waitings} from '../../src/api/waiting.ts';
import {Problem} from '../../src/lib/problem.ts';
import type {SourceState, SourceStatus} from '../../src/source/source.ts';
import {SILENT_STATUS} from '../support/source-status.ts';

const NOW_MS = 1_700_000_000_000;
const inUse = new Problem('slot-in-use', {
  message: 'replication slot "s" is in use',
  detail: 'Process 71 of the server has read from it',
  hint: 'SELECT pg_terminate_backend(71);',
});
const refused = new Problem('table-unreadable', {message: 'table "t" cannot be read'});

type Query = Pick<QueryView, 'id' | 'sources' | 'state' | 'result'>;

const query = (state: QueryView['state'] = {kind: 'waiting'}): Query => ({
  id: 'q',
  sources: ['db'],
  state,
  result: () => undefined,
});

const serviceOf = (state: SourceState, status: Partial<SourceStatus> = {}) => ({
  sources: () => [
    {
      id: 'db',
      kind: 'postgres',
      status: (): SourceStatus => ({...STATUS, ...status, state}),
      resync: () => {},
    },
  ],
});

const STATUS = {...SILENT_STATUS, sinceMs: 5};

const saysOf = (one: Query, state: SourceState) =>
  waitings(serviceOf(state), {nowMs: () => NOW_MS})(one);

test.each<[name: string, state: SourceState, detail: string]>([
  ['connects for the first time', {kind: 'connecting', attempt: 1}, 'connects to its database.'],
  [
    'tries again',
    {kind: 'connecting', attempt: 3, problem: refused},
    'tries again now (attempt 3): table "t" cannot be read.',
  ],
  [
    'reads rows that nobody has counted',
    {kind: 'snapshotting', rowsRead: 20_000},
    'reads the first rows: 20000 so far.',
  ],
  [
    'reads rows whose number is guessed',
    {kind: 'snapshotting', rowsRead: 20_000, rowsExpected: 50_000},
    'reads the first rows: 20000 so far, about 40 % of 50000.',
  ],
  [
    'has read more than was guessed',
    {kind: 'snapshotting', rowsRead: 80_000, rowsExpected: 50_000},
    'reads the first rows: 80000 so far, about 99 % of 50000.',
  ],
  ['has its rows', {kind: 'streaming'}, 'has its rows; the result is being made.'],
])('a query waits for a source that %s', (_name, state, detail) => {
  expect(saysOf(query(), state)).toMatchObject({
    reason: 'source',
    source: 'db',
    detail: `Its source "db" ${detail}`,
    retryMs: 1000,
  });
});

test('a source that waits says what for, what to do, and when it is tried again', () => {
  const state = {kind: 'waiting', problem: inUse, further: [refused], retryAtMs: NOW_MS + 12_300};
  const told = saysOf(query(), state as SourceState);
  expect(told).toEqual({
    reason: 'source',
    source: 'db',
    detail:
      'Its source "db" waits: replication slot "s" is in use. Process 71 of the server has read ' +
      'from it. table "t" cannot be read. It is tried again in 13 s.',
    hint: 'SELECT pg_terminate_backend(71);',
    problem: inUse,
    retryMs: 12_300,
  });
  expect(retrySeconds(told!.retryMs!)).toBe('13');
});

const granted = new Problem('table-unreadable', {
  message: 'table "t" cannot be read',
  hint: 'GRANT SELECT ON t TO r;',
});

test('of several problems each is told with what to do, also while it is tried again', () => {
  const both = {problem: inUse, further: [granted, {...granted}, refused] as Problem[]};
  const waits = saysOf(query(), {kind: 'waiting', ...both, retryAtMs: NOW_MS});
  expect(waits?.hint).toBe('SELECT pg_terminate_backend(71);\nGRANT SELECT ON t TO r;');
  const tries = saysOf(query(), {kind: 'connecting', attempt: 2, ...both});
  expect(tries?.hint).toBe(waits?.hint);
  expect(tries?.detail).toMatch(/again now \(attempt 2\): replication slot .* table "t" cannot/);
  const failed = saysOf(query({kind: 'failed', problems: [inUse, granted]}), {kind: 'streaming'});
  expect(failed?.hint).toBe(waits?.hint);
});

test('a source that is stopped is not asked for again, but started', () => {
  expect(saysOf(query(), {kind: 'stopped'})).toMatchObject({
    detail: 'Its source "db" is stopped.',
    hint: expect.stringContaining('autoStart: true'),
    retryMs: undefined,
  });
});

test('a query that fails or is stopped waits for no source', () => {
  const failed = saysOf(query({kind: 'failed', problems: [inUse, refused]}), {kind: 'streaming'});
  expect(failed).toMatchObject({
    reason: 'query-failed',
    source: null,
    detail:
      'It failed: replication slot "s" is in use. Process 71 of the server has read from it. ' +
      'table "t" cannot be read.',
    problem: inUse,
    retryMs: undefined,
  });
  expect(saysOf(query({kind: 'stopped'}), {kind: 'streaming'})).toMatchObject({
    reason: 'query-stopped',
    source: null,
    problem: {code: 'query-stopped'},
    hint: expect.stringContaining('POST /api/v1/queries/q/start'),
    retryMs: undefined,
  });
});

const result: QueryView['result'] = () => ({
  columns: [],
  count: 1,
  sequence: 1,
  shape: 0,
  lsn: '0/1',
  asOfMs: NOW_MS - 1000,
  orderBy: [],
  ordered: false,
  keys: () => [],
  row: () => undefined,
});
const ILL: Partial<SourceStatus> = {stale: {sinceMs: NOW_MS, why: refused}};
const SINCE = new Date(NOW_MS - 1000).toISOString();

test.each<[name: string, state: QueryView['state'], source: SourceState, expected: unknown]>([
  ['runs', {kind: 'running'}, {kind: 'streaming'}, undefined],
  [
    'fails, and not its source',
    {kind: 'failed', problems: [inUse]},
    {kind: 'streaming'},
    {reason: 'query-failed', source: null, since: SINCE, problem: inUse},
  ],
  [
    'is stopped, and not its source',
    {kind: 'stopped'},
    {kind: 'streaming'},
    {reason: 'query-stopped', source: null, since: SINCE, problem: {code: 'query-stopped'}},
  ],
  [
    'waits for a source that has brought no rows yet',
    {kind: 'waiting'},
    {kind: 'waiting', problem: inUse, retryAtMs: NOW_MS},
    {reason: 'source', source: 'db', since: SINCE, problem: inUse},
  ],
])(
  'what is said of the result of a query that %s is the truth',
  (_name, state, source, expected) => {
    const found = staleness(serviceOf(source))({...query(state), result});
    if (expected === undefined) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected as object);
  },
);

test('a query that runs on a source that is stale is stale for its source', () => {
  const staleOf = staleness(serviceOf({kind: 'streaming'}, ILL));
  expect(staleOf({...query({kind: 'running'}), result})).toMatchObject({
    reason: 'source',
    source: 'db',
    problem: refused,
  });
  expect(staleOf({...query({kind: 'failed', problems: [inUse]}), result})).toMatchObject({
    reason: 'query-failed',
    source: null,
    problem: inUse,
  });
});
