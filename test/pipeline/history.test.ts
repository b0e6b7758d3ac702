import {expect, test} from 'vitest';
import {lsnText} from '../../src/data/lsn.ts';
import {problemsOf} from '../../src/lib/problem.ts';
import type {HistoryOptions} from '../../src/pipeline/history.ts';
import {history} from '../../src/pipeline/history.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import {simulatedClock} from '../support/simulated-clock.ts';

const EVENTS = 20_000;

/** A log with an event of `q` now and then, and no query that runs. */
function past({historyRequests = 1} = {}) {
  const store = memoryStore({epoch: 'e', eventLogEvents: EVENTS, eventLogBytes: 1024 ** 3});
  for (let sequence = 1; sequence <= EVENTS + 100; sequence++) {
    const [lsn, commitTime] = [BigInt(sequence) * 16n, sequence * 1000];
    const step = {kind: 'stream' as const, sourceId: 's', lsn, xid: 1, commitTime};
    const row = {key: String(sequence), after: `{"id":${sequence}}`};
    const event = {
      ...{sequence, queryId: sequence % 1000 === 0 ? 'q' : 'other'},
      ...{added: [row], updated: [], deleted: []},
      transaction: {...step, lsn: lsnText(lsn), part: 1, parts: 1},
    };
    store.commit([{transaction: {...step, changes: new Map()}, events: [event]}], () => {});
  }
  const queries: HistoryOptions['queries'] = new Map();
  const limits = {historyRequests, historyRows: 1000};
  return history({log: store.log, queries, clock: simulatedClock(0), limits});
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
