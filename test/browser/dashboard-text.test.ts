import {expect, test} from 'vitest';
import {exactModule, formatModule, levelsModule} from './modules.ts';

const {numberOf, parseExact} = await exactModule();
const {agoText, bytesText, differenceText, numberText, timeOf} = await formatModule();
const {levelOf} = await levelsModule();

test('a number is a number to compute with, whatever it was written like', () => {
  expect(numberOf((parseExact('{"value":95.00}') as {value: unknown}).value)).toBe(95);
  expect(numberOf('95')).toBeUndefined();
});

test.each([
  ['four digits are not grouped', 1234.5, '1234.5'],
  ['five digits are', 12345.25, '12\u202f345.25'],
  ['nor are decimals', 0.123456789, '0.123456789'],
  ['a sign is no digit', -1234567, '-1\u202f234\u202f567'],
  ['text is left as it is', '123456', '123456'],
])('%s', (_name, cell, text) => {
  expect(numberText(cell)).toBe(text);
});

test.each([
  ['a difference has the decimals of its sides', 40.1, 40.35, '0.25'],
  ['and no noise of doubles', 0.1, 0.3, '0.2'],
  ['a fall is told by the arrow, not by a sign', 50, 42, '8'],
  ['its digits are grouped as its sides are', 1000.5, 18000, '16\u202f999.5'],
  ['no difference is no text', 5, 5, ''],
  ['nor is one of what are no numbers', 'a', 5, ''],
])('%s', (_name, before, after, text) => {
  expect(differenceText(before, after)).toBe(text);
});

test.each([
  [0, 'now'],
  [-5000, 'now'],
  [59_999, '59 s ago'],
  [60_000, '1 min ago'],
  [7_200_000, '2 h ago'],
  [172_800_000, '2 d ago'],
])('%i ms ago is said as "%s"', (ms, text) => {
  expect(agoText(ms)).toBe(text);
});

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1500, '1.5 kB'],
  [250_000_000, '250 MB'],
])('%i bytes are said as "%s"', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});

test.each([
  ['2026-01-02T03:04:05.678901Z', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  ['2026-01-02T03:04:05.678901', Date.UTC(2026, 0, 2, 3, 4, 5, 678)],
  ['2026-01-02 03:04:05+01', Date.UTC(2026, 0, 2, 2, 4, 5)],
  ['infinity', undefined],
  [17, undefined],
])('%s is a time, or is none', (cell, atMs) => {
  expect(timeOf(cell)).toBe(atMs);
});

const cpu = (value: number): Record<string, unknown> => ({name: 'cpu_usage', value});
test.each([
  ['below both limits all is calm', cpu(70), undefined, 'calm'],
  ['over the first it is a warning', cpu(70.5), undefined, 'warning'],
  ['over the second it is critical', cpu(80.5), undefined, 'critical'],
  ['what the service holds critical is critical', cpu(10), new Set(['cpu_usage']), 'critical'],
  ['and what it does not is none', cpu(99), new Set(), 'warning'],
  ['a metric without a limit is calm', {name: 'load', value: 1e9}, undefined, 'calm'],
  ['no name of ours is found in every object', {name: 'toString', value: 1}, undefined, 'calm'],
])('%s', (_name, row, critical, level) => {
  expect(levelOf(row, critical)).toBe(level);
});
