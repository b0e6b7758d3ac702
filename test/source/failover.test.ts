import {describe, expect, test} from 'vitest';
import {failoverOf} from '../../src/source/failover.ts';
import {
  agrees,
  copied,
  DATABASE,
  fold,
  promoted,
  run,
  server,
  startedOn,
  TABLE,
} from '../support/floating-source.ts';
import {freshDatabase, runSource} from '../support/running-source.ts';
import {olderThan} from '../support/server-version.ts';
import {until} from '../support/until.ts';

test.each<[wanted: boolean, version: number, failover: boolean, codes: string[]]>([
  [false, 140_000, false, []],
  [true, 160_004, false, ['failover-not-supported']],
  [true, 170_000, true, []],
])('a slot for failovers, wanted: %s, on %i is one: %s', (wanted, version, failover, codes) => {
  const found = failoverOf(wanted, version);
  expect(found.failover).toBe(failover);
  expect(found.warnings.map(({code}) => code)).toEqual(codes);
});

const embedded = (process.env.TAILRACE_TEST_PG ?? 'embedded') === 'embedded';

const noFailoverSlots = await olderThan(17, 'slots for failovers');

test.runIf(embedded)('a slot for failovers is made as one, and said to be one', async () => {
  const database = await freshDatabase(TABLE);
  const running = runSource(database, {tables: ['t'], slotFailover: true});
  await running.streaming();
  expect(running.source.status().slot?.failover).toBe(!noFailoverSlots);
  const warnings = running.source.status().warnings.map(({code}) => code);
  expect(warnings).toEqual(noFailoverSlots ? ['failover-not-supported'] : []);
  running.source.resync();
  await until(() => running.told.length === 2);
  await running.streaming();
  expect(running.source.status().slot?.failover).toBe(!noFailoverSlots);
});

describe.runIf(embedded)('with servers of its own', {timeout: 90_000}, () => {
  test('a backup that was put in place of the database costs the net difference', async () => {
    const {first, wire, running} = await started();
    await first.stop('fast');
    const backup = await copied(first);
    await first.start();
    await run(first, 'UPDATE t SET v = 0 WHERE id <= 10; DELETE FROM t WHERE id = 50');
    await until(() => fold(running).get(10) === 0);
    await first.stop('fast');
    await backup.start();
    wire.to(backup);
    await until(() => running.told.at(-1)?.kind === 'resync' && running.told.length > 1, {
      limitMs: 20_000,
      what: 'the comparison',
    });
    await agrees(running, backup);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*Its log ends at/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(11);
  });

  test('another server behind the same address is noticed, with its slot of the same name', async () => {
    const {wire, running} = await started();
    const other = await server();
    await run(other, `CREATE DATABASE ${DATABASE}`, 'postgres');
    await run(
      other,
      `${TABLE}; UPDATE t SET v = -1 WHERE id = 7; CREATE PUBLICATION tailrace FOR TABLE t`,
    );
    await run(other, `SELECT pg_create_logical_replication_slot('shop_slot', 'pgoutput')`);
    // Its log is longer, so that the position alone would tell nothing.
    for (let i = 0; i < 5; i++)
      await run(other, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
    wire.to(other);
    await until(() => running.told.length > 1, {limitMs: 20_000});
    await agrees(running, other);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*is another one than before/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(1);
  });

  test('a standby that had everything goes on where the first server stopped', async () => {
    const {first, wire, running} = await started();
    await run(first, 'UPDATE t SET v = 0 WHERE id = 1');
    await until(() => fold(running).get(1) === 0);
    await first.stop('fast');
    const standby = await copied(first, {'standby.signal': ''});
    await promoted(standby);
    await run(standby, 'UPDATE t SET v = 0 WHERE id = 2');
    wire.to(standby);
    await agrees(running, standby);
    expect(running.told.map(({kind}) => kind)).toEqual(['resync', 'stream', 'stream']);
    // What follows after a restart is the standby's own log, of which the first one had none.
    expect(JSON.parse(running.stored().memo)).toMatchObject({timeline: 2});
  });

  test('a standby that had less has another history, and costs the net difference', async () => {
    const {first, wire, running} = await started();
    await first.stop('fast');
    const standby = await copied(first, {'standby.signal': ''});
    await first.start();
    await run(first, 'UPDATE t SET v = 0 WHERE id <= 10');
    await until(() => fold(running).get(10) === 0);
    await first.stop('fast');
    await promoted(standby);
    await run(standby, 'UPDATE t SET v = 7 WHERE id = 40');
    // Its log is longer by now: the position alone would tell nothing.
    for (let i = 0; i < 3; i++)
      await run(standby, `SELECT pg_logical_emit_message(true, 'x', ''), pg_switch_wal()`);
    wire.to(standby);
    await until(() => running.told.filter(({kind}) => kind === 'resync').length > 1, {
      limitMs: 20_000,
      what: 'the comparison',
    });
    await agrees(running, standby);
    expect(running.warned.at(-1)).toMatch(/\[position-lost\][\s\S]*left timeline 1/);
    expect(running.told.at(-1)?.changes.get('public.t')).toHaveLength(11);
  });
});

async function started() {
  const first = await server();
  return {first, ...(await startedOn(first))};
}
