import {writeFileSync} from 'node:fs';
import {problemsOf} from '../../src/lib/problem.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import {endlessStore} from './store-options.ts';

/**
 * Opens the store in a folder (the first argument) and commits events, one a step, until one is
 * refused or there are `EVENTS`. Half way it writes a word into a file (the second argument, if
 * there is one): its starter knows which file makes the disk read-only. Prints what came of it.
 */
const [, , path, trigger] = process.argv;
const EVENTS = 20;

interface Outcome {
  readonly epoch?: string;
  /** The last event that was there at the start, that was taken, and that is read in the end. */
  readonly found?: number;
  readonly taken?: number;
  readonly read?: number;
  /** The code of what the store, or a step, was refused with. */
  readonly refusal?: string;
}

process.stdout.write(`${JSON.stringify(await filled())}\n`);
process.exit(0);

async function filled(): Promise<Outcome> {
  try {
    const store = await lmdbStore(endlessStore(path!, 'first'));
    const {epoch, last: found} = store.log;
    let taken = found;
    let refusal: string | undefined;
    for (let count = 0; count < EVENTS && refusal === undefined; count++) {
      if (trigger && count === EVENTS / 2) writeFileSync(trigger, 'x');
      refusal = attempted(() => store.commit([stepOf(taken + 1)], () => taken++));
    }
    const read = store.log.read(0, 1000).at(-1)?.sequence ?? 0;
    if (refusal === undefined) await store.close();
    return {epoch, found, taken, read, ...(refusal && {refusal})};
  } catch (error) {
    return {refusal: codeOf(error)};
  }
}

function attempted(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return problemsOf(error)[0]?.code ?? String(error);
}

function stepOf(sequence: number) {
  const at = {source: 's', lsn: '0/8', xid: 1, commitTime: 1, part: 1, parts: 1} as const;
  const added = [{key: String(sequence), after: JSON.stringify({text: 'x'.repeat(1000)})}];
  const transaction = {kind: 'stream', ...at} as const;
  const event = {sequence, queryId: 'q', added, updated: [], deleted: [], transaction};
  return {transaction: undefined, events: [event]};
}
