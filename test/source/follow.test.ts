import {expect, test} from 'vitest';
import {INT4} from '../../src/data/type.ts';
import type {FollowedTable} from '../../src/postgres/catalog.ts';
import {follow} from '../../src/source/follow.ts';
import {emptyImage} from '../../src/source/image.ts';
import {progress} from '../../src/source/progress.ts';
import {relationsOf} from '../../src/source/relations.ts';
import {chance} from '../crash/mortal.ts';
import {type SimLine, SimServer} from '../crash/sim-server.ts';
import {simulatedClock} from '../support/simulated-clock.ts';
import {until} from '../support/until.ts';

const [oid, columns] = [101, ['id', 'v', 'g']];
const FOLLOWED: FollowedTable = {
  oid,
  table: {
    id: 'public.a',
    schema: 'public',
    name: 'a',
    columns: columns.map((name) => ({name, type: INT4})),
    keyColumns: [0],
    foreignKeys: [],
  },
  replicaIdentity: 'default',
  wire: columns.map((name) => ({name, typeOid: 23, modifier: -1})),
  leaves: [],
  only: true,
  rowFilter: undefined,
};
const LIMITS = {
  transactions: 10,
  changes: 100,
  transactionRows: 100,
  transactionMemoryBytes: 100_000,
  transactionSpillBytes: 100_000,
  spillFolder: 'nowhere',
};

/** Real following, of a simulated server; what the sink hears is kept. */
async function following(
  reach: (lsn: bigint) => void = () => {},
  written: () => Promise<unknown> = async () => {},
  {behind = 0, onOpen = () => {}}: {behind?: number; onOpen?: () => Promise<void> | void} = {},
) {
  const clock = simulatedClock(1_000_000);
  const server = new SimServer();
  server.makeSlot();
  for (let i = 0; i < behind; i++) server.others(clock.nowMs());
  const from = server.walEnd;
  const held = progress();
  held.restart(server.walEnd);
  const heard: bigint[] = [];
  const end = new AbortController();
  let line: SimLine | undefined;
  const sink = {
    async receive(next: () => {readonly lsn: bigint} | undefined) {
      for (let one = next(); one; one = next()) {
        heard.push(one.lsn);
        held.acknowledge(one.lsn);
      }
      await written();
      return false;
    },
    reach(lsn: bigint) {
      reach(lsn);
      heard.push(lsn);
    },
  };
  const ended = follow(
    {
      sourceId: 'db',
      from: server.walEnd,
      line(handlers) {
        line = server.line({from: server.walEnd, handlers, chance: chance(2), confirmed() {}});
        return line;
      },
      relations: relationsOf([FOLLOWED], {strangers: new Set(), viaRoot: true, onMessage() {}}),
      image: new Map([['public.a', emptyImage(FOLLOWED)]]),
      progress: held,
      limits: LIMITS,
      clock,
      onOpen,
      sink,
    },
    end.signal,
  );
  ended.catch(() => {});
  await clock.pass(0);
  return {clock, server, heard, from, ended, end, line: line!};
}

test('a quiet position that waits to be told is not told once a transaction went past it', async () => {
  const {clock, server, heard, line, end} = await following();
  line.send(1);
  server.others(clock.nowMs());
  line.send(1);
  server.commit([{table: 'a', id: 1, row: [1, 2, 3]}], clock.nowMs());
  // All of the transaction, and no word of the server after it.
  const messages = 5;
  line.send(messages);
  await clock.pass(1000);
  expect(heard.at(-1)).toBe(server.walEnd);
  expect(heard).toEqual([...heard].sort((a, b) => (a < b ? -1 : 1)));
  end.abort();
});

test('nothing is told before the look at the slot is over, and then what the server said meanwhile', async () => {
  let look: (() => void) | undefined;
  const looking = new Promise<void>((resolve) => {
    look = resolve;
  });
  const {clock, server, heard, line, end} = await following(undefined, undefined, {
    onOpen: () => looking,
  });
  server.others(clock.nowMs());
  line.send(1);
  await clock.pass(1000);
  expect(heard).toEqual([]);
  look!();
  await until(() => heard.at(-1) === server.walEnd, {limitMs: 1000});
  end.abort();
});

test('a slot that was confirmed before the position of the image takes that back nowhere', async () => {
  const {clock, server, heard, from, line, end} = await following(undefined, undefined, {
    behind: 3,
  });
  expect(server.slot!.confirmed).toBeLessThan(from);
  line.send(1);
  await clock.pass(1000);
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.filter((lsn) => lsn < from)).toEqual([]);
  end.abort();
});

test('a transaction that changes nothing is reached, though the server says nothing after it', async () => {
  const {clock, server, heard, line, end} = await following();
  line.send(1);
  await clock.pass(1000);
  // As Postgres 14 sends what is not published, and every version a table that is not followed.
  server.commit([], clock.nowMs());
  const [begin, relations, commit] = [1, 2, 1];
  line.send(begin + relations + commit);
  await until(() => heard.at(-1) === server.walEnd, {limitMs: 1000});
  const told = heard.length;
  await clock.pass(10_000);
  expect(heard).toHaveLength(told);
  end.abort();
});

test('what the server says while a transaction is taken in is reached once it is, without another word', async () => {
  let write: (() => void) | undefined;
  const writing = new Promise<void>((resolve) => {
    write = resolve;
  });
  const {clock, server, heard, line, end} = await following(
    () => {},
    () => writing,
  );
  server.commit([{table: 'a', id: 1, row: [1, 2, 3]}], clock.nowMs());
  const [begin, relations, insert, commit] = [1, 2, 1, 1];
  line.send(begin + relations + insert + commit);
  await until(() => heard.at(-1) === server.walEnd, {limitMs: 1000});
  const told = heard.length;
  server.others(clock.nowMs());
  line.send(1);
  await clock.pass(1000);
  expect(heard).toHaveLength(told);
  expect(heard.at(-1)).toBeLessThan(server.walEnd);
  write!();
  await until(() => heard.at(-1) === server.walEnd, {limitMs: 1000});
  end.abort();
});

test('after the clock was set back by a day, quiet positions are told as soon as before', async () => {
  const {clock, server, heard, line, end} = await following();
  line.send(1);
  clock.set(clock.nowMs() - 86_400_000);
  server.others(clock.nowMs());
  line.send(1);
  await clock.pass(300);
  expect(heard.at(-1)).toBe(server.walEnd);
  end.abort();
});

test('a store that takes no quiet position ends the following with what it said', async () => {
  let full = false;
  const {clock, server, line, ended} = await following(() => {
    if (full) throw new Error('the disk is full');
  });
  line.send(1);
  full = true;
  server.others(clock.nowMs());
  line.send(1);
  await clock.pass(300);
  await expect(ended).rejects.toThrow('the disk is full');
});
