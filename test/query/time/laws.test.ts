import {expect, test} from 'vitest';
import type {Delta} from '../../../src/data/delta.ts';
import type {Key} from '../../../src/data/key.ts';
import type {TableId} from '../../../src/data/schema.ts';
import type {Row} from '../../../src/data/value.ts';
import {compileCypher} from '../../../src/query/cypher/lower.ts';
import {dataflow} from '../../../src/query/dataflow.ts';
import {optimise} from '../../../src/query/optimise.ts';
import {fold} from '../../support/expect-incremental.ts';
import {catalog, followed, history, SECOND, WITH_HISTORY, WITHOUT_HISTORY} from './histories.ts';

const SEEDS = Array.from({length: 60}, (_, i) => i + 1);

test.each([...WITHOUT_HISTORY, ...WITH_HISTORY])(
  'steps when due are enough, and the optimiser changes nothing: %s',
  (text) => {
    for (const seed of SEEDS) {
      const plan = compileCypher(text, catalog);
      const due = followed(dataflow(optimise(plan)));
      const always = followed(dataflow(plan));
      let last = 1000 * SECOND;
      for (const {time, changes} of history(seed)) {
        due.pass(time);
        // Looked at every half second, whether or not anything is due.
        for (; last <= time; last += SECOND / 2) always.push(last);
        due.push(time, changes);
        always.push(time, changes);
        expect(due.rows(), `seed ${seed} at ${time / SECOND}`).toEqual(always.rows());
      }
    }
  },
);

test.each(WITHOUT_HISTORY)('rows brought anew at any time give the same result: %s', (text) => {
  for (const seed of SEEDS) {
    const running = followed(dataflow(optimise(compileCypher(text, catalog))));
    const tables = new Map<TableId, Map<Key, Row>>();
    running.push(0);
    for (const {time, changes} of history(seed)) {
      running.pass(time);
      running.push(time, changes);
      for (const [table, delta] of changes) {
        tables.set(table, tables.get(table) ?? new Map());
        fold(delta, tables.get(table)!);
      }
      const anew = followed(dataflow(optimise(compileCypher(text, catalog))));
      const inserts = [...tables].map(([table, rows]): [TableId, Delta] => [
        table,
        Array.from(rows, ([key, after]) => ({key, before: undefined, after})),
      ]);
      anew.push(time, new Map(inserts));
      expect(valuesOf(running.rows()), `seed ${seed} at ${time / SECOND}`).toEqual(
        valuesOf(anew.rows()),
      );
    }
  }
});

/** Which of several matches has the place of none depends on which came first: see decision 0001. */
const valuesOf = (rows: readonly string[]): readonly string[] =>
  rows.map((row) => row.slice(row.indexOf(' '))).sort();
