import {expect, test} from 'vitest';
import {systemClock} from '../../src/lib/clock.ts';
import {type LogOptions, logReaction} from '../../src/reaction/log.ts';
import type {Reaction} from '../../src/reaction/reaction.ts';
import {until} from '../support/until.ts';
import {row, type World, world} from './world.ts';

const options: LogOptions = {id: 'log', queries: ['q'], routes: {}, defaultTemplate: undefined};

async function started(
  of: World,
  more: Partial<LogOptions> = {},
): Promise<{reaction: Reaction; lines: string[]; caughtUp(): Promise<unknown>}> {
  const lines: string[] = [];
  const write = (line: string): void => void lines.push(line);
  const reaction = logReaction({...options, ...more}, {log: of.log, clock: systemClock(), write});
  await reaction.start();
  lines.splice(0);
  return {reaction, lines, caughtUp: () => until(() => reaction.status().lagEvents === 0)};
}

test('it says at its start what it listens to', async () => {
  const lines: string[] = [];
  const of = world();
  const env = {log: of.log, clock: systemClock(), write: (line: string) => void lines.push(line)};
  const reaction = logReaction({...options, queries: ['a', 'b']}, env);
  await reaction.start();
  await reaction.stop();
  expect(lines).toEqual(['[log] Started - receiving results from queries: [a, b]']);
});

test("without templates it words changes as Drasi's does", async () => {
  const of = world();
  const {reaction, lines, caughtUp} = await started(of);
  of.commit({
    q: [
      {key: 1, after: row(1, 'a', '1.50')},
      {key: 2, after: row(2, null, '2')},
    ],
  });
  of.commit({
    q: [
      {key: 1, after: row(1, 'a', '1.60')},
      {key: 2, after: undefined},
    ],
  });
  await caughtUp();
  await reaction.stop();
  expect(lines).toEqual([
    "[log] Query 'q' (2 items):",
    '[log]   [ADD] {"id":1,"name":"a","value":1.50}',
    '[log]   [ADD] {"id":2,"name":null,"value":2}',
    "[log] Query 'q' (2 items):",
    '[log]   [UPDATE] {"id":1,"name":"a","value":1.50} -> {"id":1,"name":"a","value":1.60}',
    '[log]   [DELETE] {"id":2,"name":null,"value":2}',
  ]);
});

test('a template words its operation, the others stay as they are', async () => {
  const of = world();
  const template = 'CRITICAL: {{after.name}} = {{after.value}}{{after.unit}}';
  const {reaction, lines, caughtUp} = await started(of, {routes: {q: {added: {template}}}});
  of.commit({q: [{key: 1, after: row(1, 'disk "a" & <b>', '95.0')}]});
  of.commit({q: [{key: 1, after: undefined}]});
  await caughtUp();
  await reaction.stop();
  expect(lines).toEqual([
    "[log] Query 'q' (1 items):",
    '[log]   CRITICAL: disk "a" & <b> = 95.0',
    "[log] Query 'q' (1 items):",
    '[log]   [DELETE] {"id":1,"name":"disk \\"a\\" & <b>","value":95.0}',
  ]);
});

test('a template that comes out empty leaves a change untold, and an event of such changes too', async () => {
  const of = world();
  const {reaction, lines, caughtUp} = await started(of, {
    routes: {
      q: {
        added: {template: '{{#if (gt after.value 1)}}+{{after.name}}{{/if}}'},
        deleted: {template: '{{! }}'},
      },
    },
  });
  of.commit({
    q: [
      {key: 1, after: row(1, 'a', '1')},
      {key: 2, after: row(2, 'b', '2')},
    ],
  });
  of.commit({q: [{key: 1, after: undefined}]});
  await caughtUp();
  await reaction.stop();
  expect(lines).toEqual(["[log] Query 'q' (2 items):", '[log]   +b']);
});

test('a template that fails on a row is a warning, and the change is told as without one', async () => {
  const of = world();
  const {reaction, lines, caughtUp} = await started(of, {
    routes: {q: {added: {template: '{{nosuch after.name}}'}}},
  });
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  await caughtUp();
  expect(reaction.status()).toMatchObject({
    state: {kind: 'running'},
    warnings: [{code: 'template-failed'}],
  });
  await reaction.stop();
  expect(lines[1]).toBe('[log]   [ADD] {"id":1,"name":"a","value":1}');
});

test('what stands there at the very first start is not told; a later resync is', async () => {
  const of = world({queries: ['q', 'r']});
  const {reaction, lines, caughtUp} = await started(of, {queries: ['q', 'r']});
  const first = {key: 1, after: row(1, 'a', '1')};
  of.commit({q: [first], r: [first]}, 'resync');
  of.commit({q: [{key: 2, after: row(2, 'b', '1')}]}, 'resync');
  await caughtUp();
  await reaction.stop();
  expect(lines).toEqual([
    "[log] Query 'q' (1 items):",
    '[log]   [ADD] {"id":2,"name":"b","value":1}',
  ]);
});

test('it begins where the log is, and tells nothing that was before', async () => {
  const of = world();
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  const {reaction, lines, caughtUp} = await started(of);
  of.commit({q: [{key: 1, after: undefined}]});
  await caughtUp();
  await reaction.stop();
  expect(lines).toHaveLength(2);
});

test('a row can not forge a line, nor move the cursor', async () => {
  const of = world();
  const added = {template: '{{{after.name}}}'};
  const {reaction, lines, caughtUp} = await started(of, {defaultTemplate: {added}});
  of.commit({q: [{key: 1, after: row(1, 'a\n[log] Query\r\u001b[2Jb', '1')}]});
  await caughtUp();
  await reaction.stop();
  expect(lines.slice(1)).toEqual(['[log]   a', '[log]   [log] Query', '[log]   \\u001b[2Jb']);
});

test('a backlog longer than a turn is written whole, and in order', async () => {
  const of = world();
  const {reaction, lines, caughtUp} = await started(of, {
    defaultTemplate: {added: {template: '{{after.id}}'}},
  });
  for (let id = 1; id <= 1000; id++) of.commit({q: [{key: id, after: row(id, 'a', '1')}]});
  await caughtUp();
  await reaction.stop();
  const told = lines
    .filter((line) => line.startsWith('[log]   '))
    .map((line) => Number(line.slice(8)));
  expect(told).toEqual(Array.from({length: 1000}, (_, i) => i + 1));
});

test('events it could not keep up with are named as missed', async () => {
  const of = world({eventLogEvents: 2});
  const {reaction, lines, caughtUp} = await started(of);
  for (let id = 1; id <= 5; id++) of.commit({q: [{key: id, after: row(id, 'a', '1')}]});
  await caughtUp();
  expect(lines[0]).toBe('[log] reaction "log" missed events 1 to 3');
  expect(reaction.status().warnings.map(({code}) => code)).toEqual(['events-missed']);
  await reaction.stop();
});

test('a writer that throws stops this reaction alone, and the status says why', async () => {
  const of = world();
  let full = false;
  const write = (): void => {
    if (full) throw new Error('no space left on device');
  };
  const reaction = logReaction(options, {log: of.log, clock: systemClock(), write});
  await reaction.start();
  const other = await started(of);
  full = true;
  of.commit({q: [{key: 1, after: row(1, 'a', '1')}]});
  await until(() => reaction.status().state.kind === 'failed');
  await other.caughtUp();
  expect(reaction.status().state).toMatchObject({
    problem: {code: 'reaction-failed', detail: 'no space left on device'},
  });
  expect(other.lines).toHaveLength(2);
  await other.reaction.stop();
});
