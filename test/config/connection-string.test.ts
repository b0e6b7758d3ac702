import {expect, test} from 'vitest';
import type {SourceConfig} from '../../src/config/config.ts';
import {problemsIn, read} from '../support/config.ts';

const source = (settings: string): string => `sources:\n  - {kind: postgres, id: db, ${settings}}`;

test.each<[url: string, settings: Partial<SourceConfig>]>([
  ['postgres://u:p@h:5433/d', {host: 'h', port: 5433, user: 'u', password: 'p', database: 'd'}],
  ['postgresql://u@h/d', {host: 'h', port: 5432, user: 'u', password: '', database: 'd'}],
  ['postgres://u:p%40%3A%2F%23@h/d', {password: 'p@:/#'}],
  [
    'postgres://u:p@h/d?sslmode=verify-full&sslrootcert=/ca.pem',
    {
      sslMode: 'verify-full',
      sslCa: '/ca.pem',
    },
  ],
  ['postgres://u@h/d?sslmode=allow', {sslMode: 'prefer'}],
  ['postgres://u@[::1]:5432/d', {host: '::1'}],
  ['postgres://u@%2Fvar%2Frun%2Fpostgresql/d', {host: '/var/run/postgresql'}],
  ['postgres:///d?host=/tmp&user=u&password=p', {host: '/tmp', user: 'u', password: 'p'}],
])('%s is taken apart', (url, settings) => {
  const {config} = read(source(`connectionString: "${url}"`));
  expect(config.sources[0]).toMatchObject(settings);
});

test.each(['connectionString', 'connection_string', 'url'])('it may be called %s', (key) => {
  expect(read(source(`${key}: postgres://u@h/d`)).config.sources[0]).toMatchObject({host: 'h'});
});

test('a setting of its own wins', () => {
  const text = source('url: "postgres://u:p@h:1/d", port: 2, password: q');
  expect(read(text).config.sources[0]).toMatchObject({host: 'h', port: 2, password: 'q'});
});

test('it may come from a variable', () => {
  const text = source(`url: "\${DATABASE_URL}"`);
  const {config} = read(text, {env: {DATABASE_URL: 'postgres://u:p@h/d'}});
  expect(config.sources[0]).toMatchObject({host: 'h', user: 'u', password: 'p', database: 'd'});
});

test('a parameter called like what every object has is not read, either', () => {
  const {warnings} = read(source('url: "postgres://u@h/d?constructor=x"'));
  expect(warnings).toMatchObject([{code: 'ignored-keys'}]);
});

test('what nothing here reads of it is named in a warning', () => {
  const {warnings} = read(source('url: "postgres://u@h/d?channel_binding=require"'));
  expect(warnings).toMatchObject([
    {
      code: 'ignored-keys',
      detail: 'Ignored: channel_binding in connectionString of source "db" (line 2).',
    },
  ]);
});

test.each<[name: string, url: string, reason: string]>([
  ['another database', 'mysql://u@h/d', 'it does not begin with postgres://'],
  [
    'a port beyond all ports',
    'postgres://u@h:99999/d',
    'host, port or password hold a character that must be percent-encoded',
  ],
  [
    'a # in the password',
    'postgres://u:a#b@h/d',
    'host, port or password hold a character that must be percent-encoded',
  ],
  [
    'a # in the name of the database',
    'postgres://u@h/d#e',
    'it has a "#", which must be percent-encoded',
  ],
  [
    'a % that encodes nothing',
    'postgres://u:100%@h/d',
    'a "%" in it begins no percent-encoded character',
  ],
])('%s is one problem', (_name, url, reason) => {
  const problems = problemsIn(source(`url: "${url}"`));
  expect(problems.map(({code, message}) => [code, message])).toEqual([
    ['connection-string', `"connectionString" of source "db" cannot be read: ${reason}`],
  ]);
});

test('what it leaves out is missing', () => {
  expect(problemsIn(source('url: "postgres://h"')).map(({message}) => message)).toEqual([
    'source "db" lacks the setting "database"',
    'source "db" lacks the setting "user"',
  ]);
});

test('a mode of it that is none is told without the string', () => {
  const [problem] = problemsIn(source('url: "postgres://u:hunter2@h/d?sslmode=hunter2"'));
  expect(problem).toMatchObject({
    code: 'invalid-value',
    detail: 'The file says so, in connectionString.',
  });
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});
