import {systemClock} from '../../src/lib/clock.ts';
import {silentLog} from '../../src/lib/log.ts';
import type {LmdbStoreOptions} from '../../src/store/lmdb-store.ts';

/** A store that forgets nothing and makes no checkpoint. */
export const endlessStore = (path: string, epoch: string): LmdbStoreOptions => ({
  path,
  epoch,
  durability: 'group',
  flushMs: 1000,
  checkpointBytes: 1e9,
  eventLogEvents: 1e6,
  eventLogBytes: 1e9,
  eventLogMs: 1e9,
  pid: process.pid,
  clock: systemClock(),
  log: silentLog,
  fail() {},
});
