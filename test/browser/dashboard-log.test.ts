import {expect, test} from 'vitest';
import {joinParts, keyPart, pairKey} from '../../src/data/key.ts';
import {keyWriter} from '../../src/data/key-of.ts';
import {logModule} from './modules.ts';

const {changesOf, isTime, rowLabel} = await logModule();

const text = keyWriter({kind: 'text'});

test.each<[name: string, row: Record<string, unknown>, key: string, label: (string | null)[]]>([
  ['by its name where it has one', {name: 'cpu'}, '7', ['cpu']],
  ['by its key where it has none', {n: 1}, '7', ['7']],
  ['by null where its key is null', {region: null, n: 1}, text(null), [null]],
  ['by both parts of a key', {a: 'x', b: null}, joinParts([text('x'), text(null)]), ['x', null]],
  ['by a text of its own with a bar', {a: 'x|y'}, text('x|y'), ['x|y']],
  ['by a text that only looks like null', {a: '\\N'}, text('\\N'), ['\\N']],
  ['by a path with backslashes', {a: 'C:\\temp'}, text('C:\\temp'), ['C:\\temp']],
  ['by a path that it does not show', {}, text('C:\\temp'), ['C:\\temp']],
  ['by the keys of the rows it is made of', {n: 1}, pairKey(text(null), 3), [null, '3']],
  ['by keys within keys', {n: 1}, pairKey(pairKey(1, keyPart('a')), text(null)), ['1', 'a', null]],
  ['by an empty text', {a: ''}, text(''), ['']],
])('a row is called %s', (_name, row, key, label) => {
  expect(rowLabel(row, key)).toEqual(label);
});

test('null is told from the text "null", before and after', () => {
  expect(changesOf({a: null, b: 'null'}, {a: 'null', b: null})).toEqual([
    {field: 'a', before: null, after: 'null'},
    {field: 'b', before: 'null', after: null},
  ]);
  expect(changesOf(undefined, {a: null, b: 'null'})).toEqual([{field: 'b', after: 'null'}]);
});

test('a time that became null is shown as both, not as the time that it was', () => {
  const [change] = changesOf({at: '2026-01-02T03:04:05Z'}, {at: null});
  expect(isTime(change!)).toBe(false);
  expect(isTime({field: 'at', after: '2026-01-02T03:04:05Z'})).toBe(true);
});
