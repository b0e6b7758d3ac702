import {expect, test} from 'vitest';
import type {Event, EventRow} from '../../src/data/event.ts';
import type {Key} from '../../src/data/key.ts';
import {lsnText} from '../../src/data/lsn.ts';
import type {Moment} from '../../src/data/moment.ts';
import type {Row} from '../../src/data/value.ts';
import {random} from '../../src/lib/random.ts';
import {pastRows} from '../../src/pipeline/past-rows.ts';
import {type Rewound, rewind, type Unheld} from '../../src/pipeline/rewind.ts';
import {resultSet} from '../../src/result/result-set.ts';
import {memoryStore} from '../../src/store/memory-store.ts';
import type {EventLog} from '../../src/store/store.ts';
import {A_PLACE} from '../support/a-place.ts';

const OF_TWO = [
  ['q', 's'],
  ['q', 's'],
  ['q', 'two'],
  ['other', 's'],
  ['other', 'two'],
] as const;

const text = (row: Row): string => JSON.stringify(row);

/** Results of two sources, one of which went from one to the other, moved by chance; each state remembered. */
function world(seed: number, {eventLogEvents = 100_000} = {}) {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  const store = memoryStore({epoch: 'e', eventLogEvents, eventLogBytes: 1024 ** 3});
  const result = resultSet();
  /** By sequence: the rows then. */
  const states: string[][] = [[]];
  /** By sequence: where the event was. */
  const places: {lsn: bigint; micros: number; mine: boolean}[] = [];

  const rowsNow = (): string[] => [...result.rows()].map(([key, row]) => `${key}=${text(row)}`);

  function commit(): void {
    const sequence = store.log.last + 1;
    const [queryId, source] = OF_TWO[below(OF_TWO.length)]!;
    const lsn = BigInt(sequence) * 8n;
    // Commit times are not always in the order of commits.
    const micros = sequence * 1000 + below(1500);
    const rows = queryId === 'q' ? moved() : {added: [], updated: [], deleted: []};
    const transaction = {
      ...{kind: 'stream' as const, lsn: lsnText(lsn), xid: 1, commitTime: micros},
      ...{source, part: 1, parts: 1},
    };
    const step = {kind: 'stream' as const, sourceId: 's', lsn, xid: 1, commitTime: micros};
    store.commit(
      [
        {
          transaction: {...step, changes: new Map()},
          events: [{sequence, queryId, ...rows, transaction}],
        },
      ],
      () => {},
    );
    states[sequence] = rowsNow();
    places[sequence] = {lsn, micros, mine: source === 's'};
  }

  function moved() {
    const held = new Map(result.rows());
    const keys = new Set(Array.from({length: 1 + below(5)}, () => 1 + below(12)));
    const delta = [...keys].flatMap((key) => {
      const before = held.get(key);
      const after: Row | undefined = before && next() < 0.4 ? undefined : [below(1000)];
      return before || after ? [{key: key as Key, before, after}] : [];
    });
    const diff = result.apply(delta);
    const row = (one: {key: Key; before?: Row; after?: Row}): EventRow => ({
      key: String(one.key),
      ...(one.before && {before: text(one.before)}),
      ...(one.after && {after: text(one.after)}),
    });
    return {
      added: diff.added.map(row),
      updated: diff.updated.map(row),
      deleted: diff.deleted.map(row),
    };
  }

  const query = {keys: result.keys, row: (key: Key) => result.row(key), ordered: false};

  return {
    log: store.log,
    commit,
    below,
    places,
    rowsAfter: (sequence: number): string[] => [...states[sequence]!].sort(),
    back: (at: Moment, {turnRows = 3, rowsMax = 1e6, ordered = false} = {}) =>
      rewind(store.log, {queryId: 'q', at, source: 's', rowsMax, turnRows}, (found) =>
        read(found, {...query, ordered}),
      ),
  };
}

function read(found: Rewound | Unheld, query: Parameters<typeof pastRows>[0]) {
  if ('kind' in found) return found;
  const {count, rows} = pastRows(query, found.rows, {after: undefined, limit: undefined});
  const texts = rows.map(
    ([key, row]) => `${key}=${typeof row === 'string' ? row : JSON.stringify(row)}`,
  );
  expect(count).toBe(rows.length);
  expect(rows.map(([key]) => Number(key))).toEqual(
    rows.map(([key]) => Number(key)).sort((a, b) => a - b),
  );
  return {kind: 'then' as const, texts: texts.sort(), ...found};
}

const sequence = (at: number): Moment => ({kind: 'sequence', sequence: at});

test('the result after any event is what it was, while commits go on', async () => {
  for (let seed = 1; seed <= 20; seed++) {
    const of = world(seed);
    for (let i = 0; i < 50; i++) of.commit();
    for (let i = 0; i < 4; i++) {
      const at = of.below(of.log.last + 1);
      let going = true;
      const writing = (async () => {
        while (going) {
          of.commit();
          await new Promise(setImmediate);
        }
      })();
      const found = await of.back(sequence(at), {ordered: seed % 2 === 0});
      going = false;
      await writing;
      expect(found, `seed ${seed}, event ${at}`).toMatchObject({
        texts: of.rowsAfter(at),
        sequence: at,
      });
    }
  }
});

test('a position and a time mean the last event of the source up to them', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    const of = world(seed);
    for (let i = 0; i < 60; i++) of.commit();
    const lastBy = (holds: (place: {lsn: bigint; micros: number}) => boolean): number =>
      of.places.findLastIndex((place) => place?.mine && holds(place));
    for (let i = 0; i < 20; i++) {
      const lsn = BigInt(of.below(500));
      const micros = of.below(65_000);
      for (const [at, place] of [
        [{kind: 'lsn', lsn}, lastBy((one) => one.lsn <= lsn)],
        [{kind: 'time', micros}, lastBy((one) => one.micros <= micros)],
      ] as const) {
        const found = await of.back(at);
        if (place < 0) expect(found, `seed ${seed}`).toEqual({kind: 'not-held'});
        else
          expect(found, `seed ${seed}`).toMatchObject({
            texts: of.rowsAfter(place),
            sequence: place,
          });
      }
    }
  }
});

test('the log is asked for no more than it holds, and says so', async () => {
  const of = world(7, {eventLogEvents: 50});
  for (let i = 0; i < 120; i++) of.commit();
  expect(of.log.trimmed).toBe(70);
  expect(await of.back(sequence(70))).toMatchObject({texts: of.rowsAfter(70), sequence: 70});
  expect(await of.back(sequence(69))).toEqual({kind: 'not-held'});
  expect(await of.back({kind: 'lsn', lsn: 100n})).toEqual({kind: 'not-held'});
});

test('what the log loses while it is looked through is not made up', async () => {
  const of = world(8, {eventLogEvents: 300});
  for (let i = 0; i < 600; i++) of.commit();
  const pending = of.back(sequence(301), {turnRows: 1});
  for (let i = 0; i < 600; i++) of.commit();
  expect(await pending).toEqual({kind: 'not-held'});
});

test('more changed rows than allowed are refused', async () => {
  const of = world(9);
  for (let i = 0; i < 200; i++) of.commit();
  expect(await of.back(sequence(0), {rowsMax: 3})).toEqual({kind: 'too-much'});
  expect(await of.back(sequence(0), {rowsMax: 12})).toMatchObject({kind: 'then', texts: []});
});

test.each([0, 1])(
  'of one event no row more is held than may be, %i events later',
  async (later) => {
    const rowsMax = 10;
    let looked = 0;
    /** As many rows as somebody asks for. */
    const rows = {
      length: 1e9,
      *[Symbol.iterator](): Generator<EventRow> {
        for (;;) yield {key: String(looked++), before: '[]'};
      },
    } as unknown as readonly EventRow[];
    const event = (sequence: number): Event => ({
      ...{sequence, queryId: 'q', added: [], updated: [], transaction: A_PLACE},
      deleted: sequence === 1 + later ? rows : [],
    });
    let last = 1;
    const log: EventLog = {
      epoch: 'e',
      get last() {
        return last;
      },
      trimmed: 0,
      read: (after, limit) => [1, 2].slice(after, after + limit).map(event),
      watch: () => () => {},
    };
    const rewinding = {queryId: 'q', at: sequence(0), source: 's', rowsMax, turnRows: 1};
    const found = rewind(log, rewinding, (then) => then);
    // It comes while the log is looked through.
    last += later;
    expect(await found).toEqual({kind: 'too-much'});
    expect(looked).toBe(rowsMax + 1);
  },
);
