import {beforeAll, expect, test} from 'vitest';
import {lsnText} from '../../src/data/lsn.ts';
import {INT4} from '../../src/data/type.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import {history} from '../../src/pipeline/history.ts';
import {loadSqlParser} from '../../src/pipeline/sql-parser.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import {heldRows, queryGroup, tableOf} from '../support/shared-world.ts';
import {simulatedClock} from '../support/simulated-clock.ts';

const EVENTS = 20_000;

beforeAll(loadSqlParser);

/** A log with an event of `q` now and then, and no query that runs. */
function past({historyRequests = 1, historyRows = 1000, heldMax = 1e6} = {}) {
  const store = memoryStore({epoch: 'e', eventLogEvents: EVENTS, eventLogBytes: 1024 ** 3});
  for (let sequence = 1; sequence <= EVENTS + 100; sequence++) {
    const [lsn, commitTime] = [BigInt(sequence) * 16n, sequence * 1000];
    const step = {kind: 'stream' as const, sourceId: 's', lsn, xid: 1, commitTime};
    const row = {key: String(sequence), after: `{"id":${sequence}}`};
    const event = {
      ...{sequence, queryId: sequence % 1000 === 0 ? 'q' : 'other'},
      ...{added: [row], updated: [], deleted: []},
      transaction: {...step, source: 's', lsn: lsnText(lsn), part: 1, parts: 1},
    };
    store.commit([{transaction: {...step, changes: new Map()}, events: [event]}], () => {});
  }
  const {source, queries, begin} = queryGroup(heldRows().rows);
  source.describe([tableOf('t', [{name: 'id', type: INT4}])]);
  for (const id of ['q', 'other']) begin(id, 'SELECT id FROM t');
  const limits = {historyRequests, historyRows};
  return history({
    ...{log: store.log, queries, clock: simulatedClock(0)},
    ...{limits, heldMax},
  });
}

const all = {from: undefined, to: undefined, after: undefined, limit: 100};

test('a look through a long log has other turns in between', async () => {
  let turns = 0;
  let looking = true;
  const others = (async () => {
    while (looking) {
      turns += 1;
      await new Promise(setImmediate);
    }
  })();
  const page = await past().events('q', all);
  looking = false;
  await others;
  expect(page.events.map(({sequence}) => sequence)).toEqual(
    Array.from({length: 20}, (_, i) => (i + 1) * 1000),
  );
  expect([page.truncated, page.reach.first?.sequence]).toEqual([true, 101]);
  expect(turns).toBeGreaterThan(2);
});

test('as many look at a time as may; one more is told to come back', async () => {
  const of = past({historyRequests: 2});
  const answers = await Promise.allSettled([1, 2, 3].map(() => of.events('q', all)));
  const codes = answers.map((one) =>
    one.status === 'rejected' ? problemsOf(one.reason)[0]?.code : 'answered',
  );
  expect(codes).toEqual(['answered', 'answered', 'history-busy']);
  expect((await of.events('q', all)).events).toHaveLength(20);
});

test('a page that the log has lost meanwhile is refused, and no gap is passed over', async () => {
  const of = past();
  const refused = of.events('q', {...all, after: 50});
  await expect(refused).rejects.toMatchObject({code: 'history-not-held'});
  expect((await of.events('q', {...all, after: 19_000})).events).toHaveLength(1);
});

test.each([
  [{historyRows: 1}, 'raise "historyRows" under "limits", or ask for a later time'],
  [{historyRows: 1e9, heldMax: 1}, 'ask for a later time'],
])(
  'no more rows are held than the limit says, nor than a map can have (%j)',
  async (choices, hint) => {
    const at = {kind: 'sequence', sequence: EVENTS - 1500} as const;
    const asked = {at, after: undefined, limit: undefined};
    await expect(past(choices).result('q', asked)).rejects.toMatchObject({
      ...{code: 'history-too-large', hint},
      message: 'more than 1 rows have changed since then',
    });
  },
);
