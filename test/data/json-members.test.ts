import fc from 'fast-check';
import {expect, test} from 'vitest';
import {jsonMembers} from '../../src/data/json-members.ts';

test.each<[json: string, members: [string, string][]]>([
  ['{}', []],
  ['{"a":1}', [['a', '1']]],
  [
    '{"a":95.00,"b":null}',
    [
      ['a', '95.00'],
      ['b', 'null'],
    ],
  ],
  [
    '{"a,b":"}","c\\"":"\\\\"}',
    [
      ['a,b', '"}"'],
      ['c"', '"\\\\"'],
    ],
  ],
  [
    '{"a":{"b":[1,{"c":2}]},"d":[]}',
    [
      ['a', '{"b":[1,{"c":2}]}'],
      ['d', '[]'],
    ],
  ],
  [
    '{"a":1,"a":2}',
    [
      ['a', '1'],
      ['a', '2'],
    ],
  ],
  ['{"":""}', [['', '""']]],
])('%s has its members as they stand there', (json, members) => {
  expect(jsonMembers(json)).toEqual(members.map(([name, text]) => ({name, text})));
});

test('an object of any members is what its members are joined', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({unit: 'binary'}), fc.jsonValue())), (all) => {
      const members = all.map(([name, value]) => ({name, text: JSON.stringify(value)}));
      const texts = members.map(({name, text}) => `${JSON.stringify(name)}:${text}`);
      expect(jsonMembers(`{${texts.join(',')}}`)).toEqual(members);
    }),
  );
});
