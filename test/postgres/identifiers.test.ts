import {expect, test} from 'vitest';
import {parseTableName, quoteIdent, quoteLiteral} from '../../src/postgres/identifiers.ts';
import {testDatabase} from '../support/postgres.ts';

const NAMES = [
  'plain',
  'My Table',
  'a"b',
  "it's",
  'back\\slash',
  'ünï',
  'select',
  'a.b',
  '$1',
  'tab\t',
];

test('quoted names and texts are what Postgres reads them as', async () => {
  const database = await testDatabase();
  for (const standard of ['on', 'off']) {
    await database.query(`SET standard_conforming_strings = ${standard}`);
    for (const name of NAMES) {
      const [row] = await database.query(`SELECT ${quoteLiteral(name)} AS ${quoteIdent(name)}`);
      expect(row).toEqual({[name]: name});
    }
  }
  await database.drop();
});

test.each<[text: string, schema: string | undefined, name: string]>([
  ['t', undefined, 't'],
  ['public.t', 'public', 't'],
  [' public.Orders ', 'public', 'Orders'],
  ['"My.Schema"."a""b"', 'My.Schema', 'a"b'],
  ['other."T"', 'other', 'T'],
  ['"T"', undefined, 'T'],
  ['my table', undefined, 'my table'],
])('%s is the name of a table', (text, schema, name) => {
  expect(parseTableName(text)).toEqual({schema, name});
});

test.each(['', '.', 'a.', '.b', 'a.b.c', '"a', 'a"b', '""'])('%j is no name of a table', (text) => {
  expect(parseTableName(text)).toBeUndefined();
});
