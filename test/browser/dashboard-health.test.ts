import {expect, test} from 'vitest';
import {exactModule, formatModule, healthModule, type Source} from './modules.ts';

const {
  flowOf,
  flowText,
  inDanger,
  linkSaying,
  problemsOf,
  queriesText,
  resultNote,
  slotSaying,
  verifiedSaying,
} = await healthModule();
const {cellText, parseExact} = await exactModule();
const {shortened} = await formatModule();

const live = {kind: 'live', sinceMs: 0};
const streaming: Source = {id: 'a', kind: 'postgres', state: {kind: 'streaming'}, stale: null};
const waiting: Source = {...streaming, state: {kind: 'waiting'}};
const stale: Source = {...waiting, stale: {sinceMs: 700}};

test.each([
  ['live once all sources stream', live, [streaming], {kind: 'live'}],
  ['live as long as nothing else is known', live, undefined, {kind: 'live'}],
  ['waiting while a source has brought nothing yet', live, [streaming, waiting], {kind: 'waiting'}],
  ['stale since the source broke', live, [streaming, stale], {kind: 'stale', sinceMs: 700}],
  [
    'stale since the page was cut off, whatever it heard before',
    {kind: 'lost', sinceMs: 900},
    [stale],
    {kind: 'stale', sinceMs: 900},
  ],
])('the page is %s', (_name, link, sources, flow) => {
  expect(flowOf({link, sources})).toEqual(flow);
});

test('a source that waits is never said to be live', () => {
  expect(flowText(flowOf({link: live, sources: [stale]}))).toMatch(/^Stale since \d\d:\d\d:\d\d$/);
  expect(flowText(flowOf({link: live, sources: [waiting]}))).toBe('Waiting');
});

const kept = 9_400_000_000;
test.each([
  [null, null, '9.4 GB', undefined],
  [24 * 60, 'server', '9.4 GB', undefined],
  [300.5, 'server', '9.4 GB · lost in 5 h', undefined],
  [90, 'limit', '9.4 GB · given up in 90 min', undefined],
  [59.9, 'limit', '9.4 GB · given up in 59 min', 'bad'],
  [0, 'server', '9.4 GB · lost within a minute', 'bad'],
])('a slot with %s minutes left, ended by %s: %s', (minutesToLoss, endsBy, text, tone) => {
  const slot = {retainedBytes: kept, minutesToLoss, endsBy};
  expect(slotSaying(slot)).toEqual(tone ? {text, tone} : {text});
  expect(inDanger(slot)).toBe(tone === 'bad');
});

const nowMs = Date.UTC(2026, 0, 2, 3, 10);
const at = (minute: number): string => new Date(Date.UTC(2026, 0, 2, 3, minute)).toISOString();
const verified = {at: at(5), lsn: '0/1A2B', rows: 8};
const problem = {code: 'rows-differ', message: 'two rows differ'};
const verification = {running: false, found: null, givenUp: null};

test.each([
  ['off', {verified: null, verification: null}, {text: 'off'}],
  ['not yet done', {verified: null, verification}, {text: 'not yet'}],
  ['under way', {verified: null, verification: {...verification, running: true}}, {text: /comp/}],
  ['done', {verified, verification}, {text: '5 min ago', lsn: '0/1A2B', title: '8 rows'}],
  [
    'with a difference',
    {verified, verification: {...verification, found: {at: at(8), problem}}},
    {text: 'differed 2 min ago', tone: 'bad', title: 'two rows differ'},
  ],
  [
    'done again after a difference',
    {verified, verification: {...verification, found: {at: at(1), problem}}},
    {text: '5 min ago', title: '8 rows'},
  ],
  [
    'done, and the last look came to nothing',
    {verified, verification: {...verification, givenUp: {at: at(9), problem}}},
    {text: '5 min ago', title: 'two rows differ'},
  ],
])('a verification that is %s is said to be so', (_name, facts, said) => {
  const {text, ...rest} = said;
  const saying = verifiedSaying({...streaming, ...facts}, nowMs);
  expect(saying).toMatchObject(rest);
  expect(saying?.text).toMatch(text);
});

test('a source that is no database is not said to be verified or not', () => {
  expect(verifiedSaying({id: 'm', kind: 'mock', verification: null}, nowMs)).toBeUndefined();
});

test('queries are counted by what they do', () => {
  const queries = ['Running', 'Running', 'Error', 'Starting'].map((status) => ({id: 'q', status}));
  expect(queriesText(queries)).toBe('2 live, 1 starting, 1 failed');
  expect(queriesText([])).toBe('none');
});

test.each([
  ['one that is kept up to date', {status: 'Running', stale: null}, undefined],
  ['one whose query fails', {status: 'Error', error: problem}, /^stands still$/],
  ['one whose query is stopped', {status: 'Stopped'}, /^stopped$/],
  [
    'one whose source is away',
    {stale: {source: 'a', since: at(1)}},
    /^stale since \d\d:\d\d:\d\d$/,
  ],
])('of a result, %s, the card says what is to be known', (_name, query, text) => {
  const note = resultNote({id: 'q', ...query});
  if (text) expect(note?.text).toMatch(text);
  else expect(note).toBeUndefined();
});

test('a number inside a json column is no text', () => {
  expect(cellText(parseExact('{"a":[1,2.5]}'))).toBe('{"a":[1,2.5]}');
  expect(cellText({a: (parseExact('{"n":2.50}') as {n: unknown}).n})).toMatch(/^\{"a":2\.50?\}$/);
});

test('a long text is shortened between two characters, and a short one is left', () => {
  expect(shortened('ä'.repeat(160))).toBe('ä'.repeat(160));
  for (const text of ['😀'.repeat(200), `x${'😀'.repeat(200)}`]) {
    expect(shortened(text).length).toBeLessThanOrEqual(160);
    expect(shortened(text)).toMatch(/^x?(😀)+…$/u);
  }
});

const cut = {kind: 'lost', sinceMs: 0, farewell: undefined, tries: 0};
test.each([
  ['broken', cut, /^The connection is lost\.$/],
  ['closed by the service', {...cut, farewell: 'closing'}, /closed the connection/],
  ['closed by the service, and tried twice', {...cut, farewell: 'closing', tries: 2}, /closed/],
  ['tried in vain', {...cut, tries: 3}, /does not answer/],
  [
    'closed by the service, and tried in vain',
    {...cut, farewell: 'closing', tries: 9},
    /not answer/,
  ],
  ['closed for a reason of a later version', {...cut, farewell: 'weary'}, /connection is lost/],
])(
  'a connection that is %s is said to be so, and not that the service comes back',
  (_n, link, title) => {
    const said = linkSaying(link, 'http://here:8080');
    expect(said.title).toMatch(title);
    expect(said.text).toMatch(/\d\d:\d\d:\d\d/);
    expect(said.title + said.text).not.toMatch(/restart/);
  },
);

test('a service that does not answer: since when, and what to do', () => {
  const {text} = linkSaying({...cut, tries: 3}, 'http://here:8080');
  expect(text).toMatch(/^It was last heard at \d\d:\d\d:\d\d/);
  expect(text).toContain('http://here:8080');
});

test('a source has all problems that it waits for, and none while it streams', () => {
  const [first, second] = [problem, {...problem, code: 'wal-level'}];
  const state = {kind: 'waiting', problem: first, further: [second]};
  expect(problemsOf({id: 'a', state, error: first})).toEqual([first, second]);
  expect(problemsOf({id: 'a', error: first})).toEqual([first]);
  expect(problemsOf(streaming)).toEqual([]);
});
