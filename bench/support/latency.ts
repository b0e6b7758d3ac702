import {type ChildProcess, fork} from 'node:child_process';
import {once} from 'node:events';
import type {ServerAddress} from '../../test/support/postgres-server.ts';
import {until} from '../../test/support/until.ts';

/** What one who hears of commits is told. */
export type Watch =
  | {readonly kind: 'stream'; readonly url: string}
  | {
      readonly kind: 'wal';
      readonly server: ServerAddress;
      readonly slot: string;
      readonly publication: string;
      /** Where what is printed is written and synced before it counts as heard. */
      readonly file?: string;
    }
  | {readonly kind: 'tell'};

/** What it says. */
export type Seen =
  | {readonly kind: 'listening'}
  | {readonly kind: 'progress'; readonly count: number}
  | {readonly kind: 'seen'; readonly seen: readonly (readonly [xid: number, us: number])[]};

export interface Watcher {
  /** Once it has heard of so many commits, about: microseconds after each, by transaction. */
  heard(count: number): Promise<ReadonlyMap<number, number>>;
  close(): Promise<void>;
}

/** Starts a process that listens; resolves once it does. */
export async function watcher(watch: Watch): Promise<Watcher> {
  const child = fork(import.meta.filename.replace(/latency(?=\.[jt]s$)/, 'latency-process'), [], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  let count = 0;
  child.on('message', (said: Seen) => {
    if (said.kind === 'progress') count = said.count;
  });
  child.send(watch);
  await once(child, 'message');
  return {
    async heard(least) {
      // It says so with every hundredth.
      await until(() => count >= least - 100, {limitMs: 60_000, what: `${least} commits`});
      return new Map(await seenBy(child));
    },
    async close() {
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    },
  };
}

function seenBy(child: ChildProcess): Promise<readonly (readonly [number, number])[]> {
  return new Promise((resolve, reject) => {
    child.on('message', (said: Seen) => {
      if (said.kind === 'seen') resolve(said.seen);
    });
    child.on('exit', () => reject(new Error('who listened is gone')));
    child.send({kind: 'tell'} satisfies Watch);
  });
}
