import {expect, it} from 'vitest';
import {Decimal} from '../../../src/data/decimal.ts';
import {boxJson} from '../../../src/query/cypher/values/json.ts';
import {CypherMap} from '../../../src/query/cypher/values/map.ts';

const namesOf = (text: string): unknown => {
  const value = boxJson(text);
  return value instanceof CypherMap ? [...value.entries.keys()] : value;
};

it('names of JSON are what they are, whatever names were read before', () => {
  for (let i = 0; i < 3; i++) {
    expect(namesOf(String.raw`{"h":[],"\\":0}`)).toEqual(['h', '\\']);
    expect(namesOf(String.raw`{"h":1,"\"":2}`)).toEqual(['h', '"']);
    expect(namesOf(String.raw`{"h":1,"\n":2}`)).toEqual(['h', '\n']);
    expect(namesOf(String.raw`{"h":1,"\\n":2}`)).toEqual(['h', '\\n']);
    expect(namesOf(String.raw`{"h":1,"\nx":2}`)).toEqual(['h', '\nx']);
  }
});

it('a number of JSON keeps its digits, beside texts with escapes too', () => {
  const value = boxJson(String.raw`["\"1.5\" \\", 1.50, 12345678901234567, -0, 1e2, {"a": 0.10}]`);
  expect(value).toEqual([
    '"1.5" \\',
    new Decimal(150, 2),
    12345678901234567n,
    0,
    new Decimal(100, 0),
    new CypherMap(new Map([['a', new Decimal(10, 2)]])),
  ]);
});

it.each(['1.2.3', '{"a": 1.5.1}', String.raw`["\x"]`, '[1.5,,2]', '[1.5 2]', '{"a" 1.5}', '1.5 2'])(
  '%s is no JSON',
  (text) => {
    expect(() => boxJson(text)).toThrow(SyntaxError);
  },
);
