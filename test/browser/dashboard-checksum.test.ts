import {crc32} from 'node:zlib';
import {expect, test} from 'vitest';
import {eventJson} from '../../src/data/event.ts';
import {A_PLACE} from '../support/a-place.ts';
import {checksumModule, exactModule, type Message, type State, stateModule} from './modules.ts';

const page = await checksumModule();
const {fold, initialState} = await stateModule();
const {parseExact} = await exactModule();

const tricky = [
  '{"id":1,"value":95.00,"name":"é 😀 \\" \\\\ ]}"}',
  '{"id":12345678901234567890,"updated":[{"key":"9","after":{"x":1}}],"b":{},"a":[]}',
  '{"10":1,"9":{"b":[1,[2,{}]],"a":"\\n"},"rows":[]}',
];
const keys = ['1', 'a|"b', '3'];

const event = eventJson({
  sequence: 6,
  queryId: 'q',
  added: [{key: keys[0]!, after: tricky[0]!}],
  updated: [{key: keys[1]!, before: tricky[2]!, after: tricky[1]!}],
  deleted: [{key: keys[2]!, before: tricky[2]!}],
  transaction: A_PLACE,
});
const sumOf = (i: number): number => crc32(`${keys[i]}\n${tricky[i]}`);

test("the page's CRC-32 is zlib's", () => {
  for (const text of ['', '123456789', 'é😀\u0000', 'x'.repeat(10_000)]) {
    expect(page.crc32(text)).toBe(crc32(text));
  }
});

test('rows are summed as they were sent, with their digits and the order of their members', () => {
  const message = page.withSums(parseExact(event), event);
  expect([message.added[0].crc, message.updated[0].crc]).toEqual([sumOf(0), sumOf(1)]);
  const rows = tricky.map((row, i) => `{"key":${JSON.stringify(keys[i])},"after":${row}}`);
  const snapshot = `{"queryId":"q","sequence":5,"lsn":"0/1","part":1,"parts":1,"rows":[${rows}]}`;
  const {rows: summed} = page.withSums(parseExact(snapshot), snapshot);
  expect(summed.map(({crc}: {crc: number}) => crc)).toEqual([0, 1, 2].map(sumOf));
});

const summed = (text: string) => page.withSums(parseExact(text), text);
const snapshot = `{"queryId":"q","sequence":5,"lsn":"0/1","part":1,"parts":1,"rows":[${[1, 2]
  .map((i) => `{"key":${JSON.stringify(keys[i])},"after":${tricky[2]}}`)
  .join(',')}]}`;

function after(...more: readonly Message[]): State {
  const messages: Message[] = [
    {kind: 'opened', atMs: 1},
    {kind: 'snapshot', atMs: 2, snapshot: summed(snapshot)},
    {kind: 'event', atMs: 3, event: summed(event)},
    ...more,
  ];
  return messages.reduce(fold, initialState(0));
}

const progress = (sequence: number, count: number, checksum: number): Message => ({
  kind: 'progress',
  atMs: 4,
  progress: {sequence, results: {q: {count, checksum}}},
});
const right = (sumOf(0) + sumOf(1)) % 2 ** 32;

test('a result that comes to what the service says is left alone', () => {
  expect(after(progress(6, 2, right)).disagreement).toBeUndefined();
});

test.each([
  ['other rows', progress(6, 2, right + 1)],
  ['another count', progress(6, 3, right)],
])('%s are a disagreement, which is read again once and is over when it agrees', (_name, wrong) => {
  const state = after(wrong);
  expect(state.disagreement).toEqual({queryId: 'q', read: false});
  const again = fold(state, {kind: 'restarted', atMs: 5});
  expect(again.disagreement).toEqual({queryId: 'q', read: true});
  const held = fold(after(progress(6, 2, right)), progress(6, 2, right));
  expect(
    fold({...held, disagreement: {queryId: 'q', read: true}}, progress(6, 2, right)),
  ).toMatchObject({disagreement: undefined});
});

test('what is said of another moment is not compared', () => {
  expect(after(progress(5, 9, 9)).disagreement).toBeUndefined();
});

test('progress leads past events that are of no concern', () => {
  const state = after({kind: 'progress', atMs: 4, progress: {sequence: 9}});
  expect(state.position).toBe(9);
});

const net = (queryId: string, sequence: number, part: number, more: object): Message => ({
  kind: 'event',
  atMs: 9,
  event: {
    ...{queryId, added: [], updated: [], deleted: [], timestamp: 9, coalesced: true},
    ...{sequence, from: 7, to: 20},
    transaction: {...A_PLACE, part, parts: 2},
    ...more,
  },
});
const gone = {deleted: [{key: '1', before: {}}]};

test('a net diff is no gap, and is heard once all its parts are', () => {
  const half = after(net('q', 12, 1, gone));
  expect([half.gap, half.position, half.results.get('q')?.rows.size]).toEqual([undefined, 6, 1]);
  const whole = fold(half, net('r', 15, 2, {added: [{key: '1', after: {id: 1}}]}));
  expect([whole.gap, whole.position, whole.results.get('r')?.rows.size]).toEqual([
    undefined,
    20,
    1,
  ]);
  expect(fold(whole, net('q', 12, 1, gone))).toBe(whole);
});

test('a net diff that does not begin where the page stands is a gap', () => {
  expect(after(net('q', 12, 1, {...gone, from: 8})).gap).toEqual({expected: 7, got: 8});
});
