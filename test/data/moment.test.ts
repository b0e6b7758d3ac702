import {expect, test} from 'vitest';
import {parseMoment} from '../../src/data/moment.ts';

const time = (text: string, micros = 0) => ({
  kind: 'time',
  micros: Date.parse(text) * 1000 + micros,
});

test.each([
  ['0', {kind: 'sequence', sequence: 0}],
  ['1842', {kind: 'sequence', sequence: 1842}],
  ['0/1A2B3C8', {kind: 'lsn', lsn: 0x1a2b3c8n}],
  ['2/10', {kind: 'lsn', lsn: 0x2_0000_0010n}],
  ['2026-01-02', time('2026-01-02T00:00:00Z')],
  ['2026-01-02T03:04', time('2026-01-02T03:04:00Z')],
  ['2026-01-02T03:04:05Z', time('2026-01-02T03:04:05Z')],
  ['2026-01-02 03:04:05.123456', time('2026-01-02T03:04:05Z', 123_456)],
  ['2026-01-02T03:04:05.5+02', time('2026-01-02T01:04:05Z', 500_000)],
  ['2026-01-02T03:04:05-0130', time('2026-01-02T04:34:05Z')],
  ['2026-01-02T03:04:05.000001+05:30', time('2026-01-01T21:34:05Z', 1)],
])('%s is a moment', (text, moment) => {
  expect(parseMoment(text)).toEqual(moment);
});

test.each([
  '',
  '-1',
  '1.5',
  '01',
  '99999999999999999',
  '0/',
  'now',
  '2026-13-01',
  '2026-01-02T25:00',
  '2026-01-02T03:04:05+2',
  '1842abc',
])('"%s" is none', (text) => {
  expect(parseMoment(text)).toBeUndefined();
});
