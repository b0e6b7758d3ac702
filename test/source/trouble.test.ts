import {expect, onTestFinished, test} from 'vitest';
import type {Log} from '../../src/lib/log.ts';
import {Problem} from '../../src/lib/problem.ts';
import {trouble} from '../../src/source/trouble.ts';
import {openProxy} from '../support/proxy.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {until} from '../support/until.ts';

const refused = new Problem('connection-failed', {message: 'could not connect', detail: 'refused'});
const starting = new Problem('connection-failed', {
  message: 'could not connect',
  detail: 'starting',
});
const missing = new Problem('table-missing', {message: 'table "t" does not exist'});
const lost = new Problem('slot-lost', {message: 'the slot is lost'});

/** Lines as `level: first line of the text {facts}`. */
function diary(): {log: Log; lines: string[]} {
  const lines: string[] = [];
  const line =
    (level: string) =>
    (message: string, {source: _, code: __, ...facts}: Record<string, unknown> = {}) =>
      void lines.push(`${level}: ${message.replaceAll(/\s+/g, ' ')} ${JSON.stringify(facts)}`);
  const log = {error: line('error'), warn: line('warn'), info: line('info'), debug: line('debug')};
  return {log, lines};
}

function told(log: Log) {
  const clock = simulatedClock(1000);
  return {clock, tells: trouble('db', {clock, log})};
}

test('what fails again for the same reasons is told once, and at debug from then on', () => {
  const {log, lines} = diary();
  const {tells} = told(log);
  tells.failed([refused, missing], 500);
  tells.failed([refused, missing], 1000);
  tells.failed([refused, missing], 2000);
  expect(lines).toEqual([
    'warn: [connection-failed] could not connect refused {"retryMs":500}',
    'warn: [table-missing] table "t" does not exist {"retryMs":500}',
    'debug: failed again, for the same reason {"tries":2,"retryMs":1000}',
    'debug: failed again, for the same reason {"tries":3,"retryMs":2000}',
  ]);
});

test('what has changed is told: another detail, one more, one fewer', () => {
  const {log, lines} = diary();
  const {tells} = told({...log, debug() {}});
  for (const problems of [[refused], [starting], [starting, missing], [missing], [refused]]) {
    tells.failed(problems, 1);
    tells.failed(problems, 1);
  }
  expect(lines.map((line) => /could not connect \w+|"t"/.exec(line)?.[0])).toEqual([
    'could not connect refused',
    'could not connect starting',
    'could not connect starting',
    '"t"',
    '"t"',
    'could not connect refused',
  ]);
});

test('its end is told as loud as it was, with how long it lasted and how many tries it took', async () => {
  const {log, lines} = diary();
  const {clock, tells} = told(log);
  tells.failed([refused], 500);
  await clock.pass(41_300);
  tells.failed([refused], 500);
  await clock.pass(700);
  lines.length = 0;
  tells.over({slot: 's'});
  // It has never streamed before: so it is not again.
  expect(lines).toEqual(['warn: streaming {"slot":"s","afterMs":42000,"tries":2}']);
});

test('what comes after an end is told anew, and a break that cost no try is none', () => {
  const {log, lines} = diary();
  const {tells} = told(log);
  tells.over({slot: 's'});
  tells.failed([refused], 5);
  tells.over({slot: 's'});
  tells.failed([refused], 5);
  tells.over({slot: 's'});
  tells.over({slot: 's'});
  expect(lines).toEqual([
    'info: streaming {"slot":"s"}',
    'warn: [connection-failed] could not connect refused {"retryMs":5}',
    'warn: streaming again {"slot":"s","afterMs":0,"tries":1}',
    'warn: [connection-failed] could not connect refused {"retryMs":5}',
    'warn: streaming again {"slot":"s","afterMs":0,"tries":1}',
    'info: streaming again {"slot":"s"}',
  ]);
});

test('why tables are compared is told once, as long as no comparison comes through', () => {
  const {log, lines} = diary();
  const {tells} = told({...log, debug() {}});
  tells.compares(lost);
  tells.failed([refused], 5);
  tells.compares(lost);
  tells.compares(missing);
  tells.over({});
  tells.compares(missing);
  expect(lines.filter((line) => /slot-lost|table-missing/.test(line))).toEqual([
    'warn: [slot-lost] the slot is lost {}',
    'warn: [table-missing] table "t" does not exist {}',
    'warn: [table-missing] table "t" does not exist {}',
  ]);
});

test('the end of a comparison is told as loud as its reason, and a stream that had none is not', () => {
  const {log, lines} = diary();
  const {tells} = told(log);
  tells.over({});
  tells.compares(lost);
  tells.over({});
  tells.over({});
  expect(lines).toEqual([
    'info: streaming {}',
    'warn: [slot-lost] the slot is lost {}',
    'warn: streaming again {}',
    'info: streaming again {}',
  ]);
});

test('a source whose database is away says so once, however often it tries, and that it is back', async () => {
  const database = await freshDatabase('CREATE TABLE t (id int PRIMARY KEY)');
  const proxy = await openProxy(database);
  onTestFinished(() => proxy.close());
  const {log, lines} = diary();
  const running = runSource(database, {tables: ['t'], connect: {port: proxy.port}, log});
  await running.streaming();
  proxy.refuse();
  proxy.cut();
  const again = 'debug: failed again, for the same reason';
  await until(() => lines.filter((line) => line.startsWith(again)).length >= 5);
  const warned = lines.filter((line) => line.startsWith('warn: '));
  expect(new Set(warned.map((line) => line.replace(/ \{.*/, ''))).size).toBe(warned.length);
  expect(warned.length).toBeGreaterThan(0);
  proxy.admit();
  await running.streaming();
  expect(lines.at(-1)).toMatch(
    /^warn: streaming again \{"slot":"\w+","afterMs":\d+,"tries":\d+\}$/,
  );
});
