import {fdatasyncSync, fsyncSync, openSync, writeSync} from 'node:fs';
import {get} from 'node:http';
import pg from 'pg';
import type {Seen, Watch} from './latency.ts';
import {wallClock} from './wall-clock.ts';

/**
 * One who hears of commits, in a process of its own: a client of the service's stream, which
 * reads it as it comes from the socket (fetch's streams take 0.06 ms more), or the floor, a
 * replication connection that prints what it gets and decodes nothing but the number and
 * the time of the commit. Notes how long after each commit it heard of it.
 */
const now = wallClock();
const seen: [xid: number, us: number][] = [];
const hear = (xid: number, commitTime: number, us: number): void => {
  seen.push([xid, us - commitTime]);
  if (seen.length % 100 === 0) say({kind: 'progress', count: seen.length});
};
const say = (said: Seen): void => void process.send?.(said);

function stream(url: string): void {
  get(url, (response) => {
    say({kind: 'listening'});
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const us = now();
      const frames = (text + chunk).split('\n\n');
      text = frames.pop()!;
      for (const frame of frames) {
        const told = /"xid":(\d+),"commitTime":(\d+)/.exec(frame);
        if (told) hear(Number(told[1]), Number(told[2]), us);
      }
    });
  });
}

const BEGIN = 0x42;
const COMMIT = 0x43;
const DATA = 0x77;
const FILE_BYTES = 2 * 1024 * 1024;
/** Microseconds from 1970 to 2000, where Postgres's time begins. */
const POSTGRES_EPOCH_US = 946_684_800_000_000;

async function printWal({server, slot, publication, file}: Watch & {kind: 'wal'}): Promise<void> {
  const keep = file === undefined ? (): void => {} : syncedFile(file);
  const options = {...server, database: 'postgres', replication: 'database'};
  const client = new pg.Client(options as never);
  client.on('error', () => process.exit(0));
  await client.connect();
  let xid = 0;
  // biome-ignore lint/suspicious/noExplicitAny: the protocol connection is not in the types
  (client as any).connection.on('copyData', ({chunk}: {chunk: Buffer}) => {
    if (chunk[0] !== DATA) return;
    if (chunk[25] === BEGIN) xid = chunk.readUInt32BE(42);
    process.stdout.write(chunk);
    if (chunk[25] !== COMMIT) return;
    keep(chunk);
    hear(xid, Number(chunk.readBigInt64BE(43)) + POSTGRES_EPOCH_US, now());
  });
  say({kind: 'listening'});
  await client.query(`START_REPLICATION SLOT ${slot} LOGICAL 0/0
    (proto_version '1', publication_names '${publication}')`);
}

/** What is least that makes something durable: a write and a sync of blocks that are there. */
function syncedFile(path: string): (chunk: Buffer) => void {
  const file = openSync(path, 'w');
  writeSync(file, Buffer.alloc(FILE_BYTES));
  fsyncSync(file);
  let at = 0;
  return (chunk) => {
    if (at + chunk.length > FILE_BYTES) at = 0;
    at += writeSync(file, chunk, 0, chunk.length, at);
    fdatasyncSync(file);
  };
}

process.on('message', (watch: Watch) => {
  if (watch.kind === 'stream') stream(watch.url);
  else if (watch.kind === 'wal') void printWal(watch);
  else say({kind: 'seen', seen});
});
process.on('disconnect', () => process.exit(0));
