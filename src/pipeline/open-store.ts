import {randomBytes} from 'node:crypto';
import type {Config} from '../config/config.ts';
import type {Clock} from '../lib/clock.ts';
import type {Failpoint} from '../lib/failpoints.ts';
import type {Log} from '../lib/log.ts';
import {lmdbStore} from '../store/lmdb-store.ts';
import {memoryStore} from '../store/memory-store.ts';
import type {Store} from '../store/store.ts';

/** The store of a configuration. Throws a Problem where it is not ours to use, or not whole. */
export async function openStore(
  {stateStore, limits}: Config,
  world: {
    readonly clock: Clock;
    readonly log: Log;
    readonly pid: number;
    readonly failpoint?: Failpoint | undefined;
    readonly fail: (error: unknown) => void;
  },
): Promise<Store> {
  const epoch = randomBytes(6).toString('hex');
  if (!stateStore) return memoryStore({...limits, epoch});
  return lmdbStore({...stateStore, ...limits, ...world, epoch});
}
