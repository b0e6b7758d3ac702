import {expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Row} from '../../../src/data/value.ts';
import {net} from '../../../src/query/operators/net.ts';

const none = undefined;
const old: Row = ['cpu', 40];
const young: Row = ['cpu', 41];
const other = {key: 7, before: none, after: old};

test.each<[name: string, delta: Delta, left: Delta]>([
  ['a row that came stays told', [other], [other]],
  ['an update that changes nothing is not told', [{key: 1, before: old, after: [...old]}], []],
  [
    'a row that came and went is not told of',
    [{key: 2, before: none, after: young}, other, {key: 2, before: young, after: none}],
    [other],
  ],
  [
    'a row that changed and changed back is not told of',
    [{key: 1, before: old, after: young}, other, {key: 1, before: young, after: ['cpu', 40]}],
    [other],
  ],
  [
    'a row that went and came back otherwise is updated',
    [
      {key: 1, before: old, after: none},
      {key: 1, before: none, after: young},
    ],
    [{key: 1, before: old, after: young}],
  ],
  [
    'a row that changed twice is updated once',
    [
      {key: 1, before: old, after: young},
      {key: 1, before: young, after: ['cpu', 42]},
    ],
    [{key: 1, before: old, after: ['cpu', 42]}],
  ],
])('%s', (_name, delta, left) => {
  expect(net(delta)).toEqual(left);
});

test('refuses a second edit of a row that does not start from what the first left', () => {
  const came = {key: 3, before: none, after: old};
  expect(() => net([came, came])).toThrow(/row 3 is edited twice/);
});
