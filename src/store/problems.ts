import {catalogue} from '../lib/problem.ts';

interface StoreInUse {
  readonly path: string;
  /** Undefined: nobody knows. */
  readonly pid: number | undefined;
  /** It keeps LMDB's lock, and runs where it cannot be looked for. */
  readonly stuck?: Stuck;
}

interface Stuck {
  readonly host: string | undefined;
  readonly waitMs: number;
}

/** What can be wrong with a store on disk. None of it is mended by throwing the store away. */
export const storeProblems = catalogue({
  'store-in-use': {
    cause: 'Two services were started with one store, or one was started twice.',
    remedy:
      'Stop the other one, or give each a "stateStore" path of its own. Let one that is paused ' +
      '(`docker pause`, SIGSTOP) go on, or end it.',
    say: ({path, pid, stuck}: StoreInUse) => ({
      message: `could not use the store "${path}": another service does`,
      detail: stuck ? stuckIn(pid, stuck) : usedBy(pid),
      hint: 'stop the other service, or name another path: stateStore.path',
    }),
  },
  'store-version': {
    cause: 'The store was written by a version of Tailrace that keeps it in another form.',
    remedy: 'Start that version, or begin a new store; clients then start afresh.',
    say: ({path, found, known}: {path: string; found: string; known: number}) => ({
      message: `could not read the store "${path}": it has format ${found}`,
      detail: `This version reads format ${known}. Nothing in the store was changed.`,
      hint: 'name another path, stateStore.path, and the results are read from the database anew',
    }),
  },
  'store-corrupt': {
    cause:
      'What the store holds is not what was written: a failing disk, or a file that was changed.',
    remedy: 'Look after the disk; begin a new store, and keep the old one until that is clear.',
    say: ({path, reason}: {path: string; reason: string}) => ({
      message: `could not read the store "${path}": it is damaged`,
      detail: `${reason} Nothing in it was changed.`,
      hint: `begin a new one, and keep this one to look at: mv ${path} ${path}.damaged`,
    }),
  },
  'store-denied': {
    cause: 'The place that "stateStore.path" names is no folder, or may not be written.',
    remedy: 'Name a folder that the user who runs the service may write, or none yet.',
    say: ({path, reason}: {path: string; reason: string}) => ({
      message: `could not open the store "${path}"`,
      detail: reason,
      hint: 'name a folder that can be written: stateStore.path',
    }),
  },
  'store-write-failed': {
    cause: 'The disk of the store is full, or has become read-only, or fails.',
    remedy: 'Make room, and start again: it goes on where it was. Nothing is lost meanwhile.',
    say: ({path, reason}: {path: string; reason: string}) => ({
      message: `could not write to the store "${path}"`,
      detail: `${reason} What was not stored was told to nobody, and Postgres keeps it.`,
      hint: 'make room on the disk, then start the service again',
    }),
  },
});

function usedBy(pid: number | undefined): string {
  if (pid === undefined) return 'Another process has opened it since.';
  return `Process ${pid} has it open. It is left as it is.`;
}

function stuckIn(pid: number | undefined, {host, waitMs}: Stuck): string {
  const known = pid === undefined ? 'Another process' : `Process ${pid}`;
  const who = host === undefined ? known : `${known} of the machine or container "${host}"`;
  return `${who} is writing to it, and has not ended that within ${waitMs} ms: it is paused, or hangs.`;
}
