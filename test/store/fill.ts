import {problemsOf} from '../../src/lib/problem.ts';
import {lmdbStore} from '../../src/store/lmdb-store.ts';
import {A_PLACE} from '../support/a-place.ts';
import {endlessStore} from './store-options.ts';

/**
 * Fills a store until that is refused: a process of its own, whose files may not grow past a
 * size that its starter has set. Prints the last event that was taken, and the refusal.
 */
const store = await lmdbStore(endlessStore(process.argv[2]!, 'e'));
const after = JSON.stringify({text: 'x'.repeat(10_000)});
const LIMIT = 10_000;
let taken = 0;
let refusal: string | undefined;
while (refusal === undefined && taken < LIMIT) {
  const sequence = taken + 1;
  const added = [{key: String(sequence), after}];
  const event = {sequence, queryId: 'q', added, updated: [], deleted: [], transaction: A_PLACE};
  try {
    store.commit([{transaction: undefined, events: [event]}], () => {
      taken = sequence;
    });
  } catch (error) {
    refusal = problemsOf(error)[0]?.code ?? String(error);
  }
}
process.stdout.write(JSON.stringify({taken, refusal}));
process.exit(0);
