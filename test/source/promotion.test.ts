import pg from 'pg';
import {describe, expect, onTestFinished, test} from 'vitest';
import {
  agrees,
  DATABASE,
  fold,
  follower,
  has,
  run,
  server,
  slotCopied,
  startedOn,
} from '../support/floating-source.ts';
import type {ServerAddress} from '../support/postgres-server.ts';
import type {RunningSource, SourceChoices} from '../support/running-source.ts';
import {olderThan} from '../support/server-version.ts';
import {until} from '../support/until.ts';

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';
const noFailoverSlots = await olderThan(17, 'slots for failovers');

const kinds = (running: RunningSource) => running.told.map(({kind}) => kind);
/** What is told of a server that goes, and before anything is told. */
const AWAY = new Set([undefined, 'connection-lost', 'server-not-ready', 'cannot-connect']);
const codeOf = ({source}: RunningSource): string | undefined => {
  const {state} = source.status();
  return state.kind === 'waiting' ? state.problem.code : undefined;
};

describe.runIf(embedded)('a standby is promoted', {timeout: 90_000}, () => {
  test('without the slot: it is made anew, and nothing is told where nothing differs', async () => {
    const first = await server();
    const standby = await follower(first);
    const {wire, running} = await startedOn(first);
    await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
    await until(() => fold(running).get(1) === 0);
    await has(standby, 'SELECT FROM t WHERE id = 1 AND v = 0');
    await first.stop('immediate');
    await run(standby, 'SELECT pg_promote()', 'postgres');
    wire.to(standby);
    await until(() => kinds(running).length === 3, {limitMs: 20_000, what: 'the comparison'});
    expect(running.told.at(-1)).toMatchObject({kind: 'resync', changes: new Map()});
    expect(running.warned.at(-1)).toMatch(/\[slot-lost\][\s\S]*set slotFailover/);
    await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
    await agrees(running, standby);
    expect(kinds(running)).toEqual(['resync', 'stream', 'resync', 'stream']);
  });

  test('and the first server comes back in its place: what only the standby had is taken back', async () => {
    const first = await server();
    const standby = await follower(first);
    const {wire, running} = await startedOn(first);
    await has(standby, 'SELECT FROM t WHERE id = 50');
    await first.stop('fast');
    await run(standby, 'SELECT pg_promote()', 'postgres');
    await run(standby, 'UPDATE t SET v = 0 WHERE id <= 3');
    wire.to(standby);
    await agrees(running, standby);
    await first.start();
    // Its log is longer by now: the position alone would tell nothing.
    for (let i = 0; i < 3; i++)
      await run(first, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
    wire.to(first);
    await agrees(running, first);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*left timeline 2 at an unknown/);
    await run(first, 'UPDATE t SET v = 7 WHERE id = 40');
    await agrees(running, first);
    expect(kinds(running)).toEqual(['resync', 'resync', 'resync', 'stream']);
  });

  describe.skipIf(noFailoverSlots)('with a copy of the slot', () => {
    test('that had everything: the stream goes on without a comparison', async () => {
      const {first, standby, wire, running} = await followed();
      await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
      await until(() => fold(running).get(1) === 0);
      await has(standby, 'SELECT FROM t WHERE id = 1 AND v = 0');
      await first.stop('fast');
      await run(standby, 'SELECT pg_promote()', 'postgres');
      await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
      wire.to(standby);
      await agrees(running, standby);
      expect(kinds(running)).toEqual(['resync', 'stream', 'stream']);
    });

    test('the address is there first: it is waited for as a standby, and nothing is compared', async () => {
      const {first, standby, wire, running} = await followed();
      await first.stop('fast');
      wire.to(standby);
      await until(() => !AWAY.has(codeOf(running)));
      expect(codeOf(running)).toBe('server-is-standby');
      await run(standby, 'SELECT pg_promote()', 'postgres');
      await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
      await agrees(running, standby);
      expect(kinds(running)).toEqual(['resync', 'stream']);
    });

    test('a transaction that was open when the first server died is never told', async () => {
      const {first, standby, wire, running} = await followed();
      const {port} = wire;
      const open = await session(first);
      await open.query('BEGIN');
      await open.query('INSERT INTO t SELECT i, 0 FROM generate_series(1000, 30000) AS i');
      await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
      await until(() => fold(running).get(1) === 0);
      await has(standby, 'SELECT FROM t WHERE id = 1 AND v = 0');
      await first.stop('immediate');
      await run(standby, 'SELECT pg_promote()', 'postgres');
      wire.to(standby);
      // Of the same number, perhaps, as one of the other history.
      await run(standby, 'INSERT INTO t SELECT i, 1 FROM generate_series(1000, 9000) AS i');
      await agrees(running, standby);
      expect(wire.port).toBe(port);
      expect(kinds(running)).toEqual(['resync', 'stream', 'stream']);
    });

    test('what was told and it lacks is taken back, and the copy of the slot goes on', async () => {
      const {first, standby, wire, running} = await followed();
      await standby.stop('fast');
      await run(first, 'UPDATE t SET v = 0 WHERE id <= 3; DELETE FROM t WHERE id = 50');
      await until(() => fold(running).get(3) === 0);
      await first.stop('immediate');
      await standby.start();
      await run(standby, 'SELECT pg_promote()', 'postgres');
      // Its log is longer by now: the position alone would tell nothing.
      for (let i = 0; i < 3; i++)
        await run(standby, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
      await run(standby, 'UPDATE t SET v = 7 WHERE id = 40');
      wire.to(standby);
      await until(() => kinds(running).length === 3, {limitMs: 20_000, what: 'the comparison'});
      await agrees(running, standby);
      expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*left timeline 1/);
      expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(5);
      await run(standby, 'UPDATE t SET v = 8 WHERE id = 40');
      await agrees(running, standby);
      expect(kinds(running)).toEqual(['resync', 'stream', 'resync', 'stream']);
    });

    test('a standby that is away and holds the stream back is told, until it is back', async () => {
      const {first, standby, running} = await followed({slotCheckMs: 50});
      const warnings = () => running.source.status().warnings.map(({code}) => code);
      await synchronised(first);
      await run(first, 'UPDATE t SET v = 0 WHERE id = 9');
      await until(() => fold(running).get(9) === 0);
      expect(warnings()).toEqual([]);
      await standby.stop('fast');
      await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
      await until(() => warnings().join() === 'standby-holds-back', {what: 'it to be told'});
      expect(running.source.status().slot?.blocker).toEqual({
        ...{kind: 'standby', slot: 'follower', active: false},
      });
      expect(fold(running).get(1)).toBe(1);
      await standby.start();
      await until(() => fold(running).get(1) === 0, {limitMs: 20_000, what: 'the change to come'});
      await until(() => warnings().length === 0, {what: 'the warning to be over'});
      const told = running.warned.filter((line) => line.startsWith('[standby-holds-back]'));
      expect(told).toEqual([expect.stringMatching(/"follower", from which no standby reads/)]);
    });

    test('synchronized_standby_slots keeps what a standby lacks from being told', async () => {
      const {first, standby, wire, running} = await followed();
      await synchronised(first);
      await run(first, 'UPDATE t SET v = 0 WHERE id = 9');
      await until(() => fold(running).get(9) === 0);
      await standby.stop('fast');
      await run(first, 'UPDATE t SET v = 0 WHERE id <= 3');
      await first.stop('immediate');
      await standby.start();
      await run(standby, 'SELECT pg_promote()', 'postgres');
      await run(standby, 'UPDATE t SET v = 7 WHERE id = 40');
      wire.to(standby);
      await agrees(running, standby);
      expect(kinds(running)).toEqual(['resync', 'stream', 'stream']);
    });
  });
});

async function session({host, port, user, password}: ServerAddress): Promise<pg.Client> {
  const client = new pg.Client({host, port, user, password, database: DATABASE});
  client.on('error', () => {});
  await client.connect();
  onTestFinished(() => client.end().catch(() => {}));
  return client;
}

/** From here on nothing is sent that the standby has not got. */
async function synchronised(first: ServerAddress): Promise<void> {
  await run(first, `ALTER SYSTEM SET synchronized_standby_slots = 'follower'`);
  await run(first, 'SELECT pg_reload_conf()');
  await has(
    first,
    `SELECT FROM pg_settings WHERE name = 'synchronized_standby_slots' AND setting = 'follower'`,
  );
}

/** A source with a slot for failovers, and a standby that has copied it. */
async function followed(choices: Pick<SourceChoices, 'slotCheckMs'> = {}) {
  const first = await server({logical_decoding_work_mem: '64kB'});
  const standby = await follower(first);
  const {wire, running} = await startedOn(first, {slotFailover: true, ...choices});
  await slotCopied(first, standby);
  return {first, standby, wire, running};
}
