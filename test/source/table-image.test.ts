import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {consolidate, type Edit} from '../../src/data/delta.ts';
import type {Key} from '../../src/data/key.ts';
import type {Table} from '../../src/data/schema.ts';
import {INT4, TEXT} from '../../src/data/type.ts';
import type {Row} from '../../src/data/value.ts';
import type {OldTuple} from '../../src/postgres/pgoutput.ts';
import {UNCHANGED} from '../../src/postgres/pgoutput.ts';
import {bagImage} from '../../src/source/bag-image.ts';
import {keyedImage} from '../../src/source/keyed-image.ts';
import type {TableImage} from '../../src/source/table-image.ts';

const table = (keyColumns: number[]): Table => ({
  id: 'public.t',
  schema: 'public',
  name: 't',
  columns: [
    {name: 'id', type: INT4},
    {name: 'v', type: TEXT},
  ],
  keyColumns,
  foreignKeys: [],
});
const full = (row: Row): OldTuple => ({kind: 'full', row});

const outOfStep = expect.objectContaining({code: 'image-out-of-step'});

describe('an image by key', () => {
  const held = (): TableImage => {
    const image = keyedImage(table([0]));
    image.insert([1, 'a'], []);
    return image;
  };

  test.each<[name: string, change: (image: TableImage) => void]>([
    ['an update of a row that is not held', (image) => image.update(undefined, [2, 'b'], [])],
    [
      'a delete of a row that is not held',
      (image) => image.remove({kind: 'key', row: [2, null]}, []),
    ],
    ['an insert of a row that is held', (image) => image.insert([1, 'b'], [])],
    [
      'a key change to a key that is held',
      (image) => {
        image.insert([2, 'b'], []);
        image.update({kind: 'key', row: [2, null]}, [1, 'b'], []);
      },
    ],
  ])('%s is a problem', (_name, change) => {
    expect(() => change(held())).toThrow(outOfStep);
  });

  test('a value that was left as it was comes from the row before', () => {
    const edits: Edit[] = [];
    held().update(undefined, [1, UNCHANGED], edits);
    expect(edits).toEqual([{key: 1, before: [1, 'a'], after: [1, 'a']}]);
  });

  test('a key change is a delete and an insert, with the values that were left', () => {
    const edits: Edit[] = [];
    held().update({kind: 'key', row: [1, null]}, [9, UNCHANGED], edits);
    expect(edits).toEqual([
      {key: 1, before: [1, 'a'], after: undefined},
      {key: 9, before: undefined, after: [9, 'a']},
    ]);
  });
});

test('a bag refuses what it does not hold, and old rows that are not whole', () => {
  const image = bagImage(table([]));
  image.insert([1, 'a'], []);
  expect(() => image.remove(full([1, 'b']), [])).toThrow(outOfStep);
  expect(() => image.remove({kind: 'key', row: [1, 'a']}, [])).toThrow(outOfStep);
  expect(() => image.update(undefined, [1, 'a'], [])).toThrow(outOfStep);
});

const ids = [1, 2, 3, 4];
const anyRow = fc.tuple(fc.constantFrom(...ids), fc.constantFrom('a', 'b', null));
const anyRows = (keyed: boolean) =>
  keyed ? fc.uniqueArray(anyRow, {selector: ([id]) => id}) : fc.array(anyRow, {maxLength: 6});

describe.each([
  ['by key', true],
  ['of a bag', false],
])('an image %s', (_name, keyed) => {
  const fresh = (): TableImage => (keyed ? keyedImage(table([0])) : bagImage(table([])));
  const filled = (rows: readonly Row[]): TableImage => {
    const image = fresh();
    for (const row of rows) image.insert(row, []);
    return image;
  };
  const contents = (image: TableImage) => new Map(image.rows());
  const folded = (from: Map<Key, Row>, edits: readonly Edit[]): Map<Key, Row> => {
    const rows = new Map(from);
    for (const {key, before, after} of consolidate(edits)) {
      expect(rows.get(key)).toEqual(before);
      if (after) rows.set(key, after);
      else rows.delete(key);
    }
    return rows;
  };

  test('compared with a snapshot becomes the snapshot, by the difference it tells', () => {
    fc.assert(
      fc.property(anyRows(keyed), anyRows(keyed), (before, after) => {
        const image = filled(before);
        const was = contents(image);
        const comparison = image.compare();
        for (const row of after) comparison.add(row);
        const difference = comparison.difference();
        expect(contents(image)).toEqual(was);
        comparison.adopt();
        expect(folded(was, difference)).toEqual(contents(image));
        expect(contents(image)).toEqual(contents(filled(after)));
        expect(image.size).toBe(after.length);
      }),
    );
  });

  test('compared with itself tells nothing', () => {
    fc.assert(
      fc.property(anyRows(keyed), (rows) => {
        const comparison = filled(rows).compare();
        for (const row of rows.toReversed()) comparison.add(row);
        expect(comparison.difference()).toEqual([]);
      }),
    );
  });

  test('is as before once edits are undone, and a TRUNCATE too', () => {
    fc.assert(
      fc.property(anyRows(keyed), anyRows(keyed), (before, more) => {
        const image = filled(before);
        const was = contents(image);
        const edits: Edit[] = [];
        for (const row of before) image.remove(full(row), edits);
        for (const row of more) image.insert(row, edits);
        image.clear(edits);
        expect(image.size).toBe(0);
        expect(folded(was, edits)).toEqual(new Map());
        image.undo(edits);
        expect(contents(image)).toEqual(was);
      }),
    );
  });
});

test('a key that two rows of a snapshot share is a problem', () => {
  const comparison = keyedImage(table([0])).compare();
  comparison.add([1, 'a']);
  expect(() => comparison.add([1, 'b'])).toThrow('not unique');
});

test.each([
  ['with a key', () => keyedImage(table([0]), {rowsMax: 2})],
  ['without one', () => bagImage(table([]), {rowsMax: 2})],
])(
  'more rows than can be held of a table %s are a problem, in a snapshot and in the stream',
  (_which, empty) => {
    const image = empty();
    const tooLarge = expect.objectContaining({code: 'table-too-large'});
    image.insert([1, 'a'], []);
    image.insert([2, 'b'], []);
    expect(() => image.insert([3, 'c'], [])).toThrow(tooLarge);
    const comparison = image.compare();
    comparison.add([1, 'a']);
    comparison.add([2, 'b']);
    expect(() => comparison.add([3, 'c'])).toThrow(tooLarge);
    expect(image.size).toBe(2);
    // What goes makes room, and what is taken back takes it again.
    const edits: Edit[] = [];
    image.remove(full([1, 'a']), edits);
    image.insert([3, 'c'], edits);
    image.undo(edits);
    expect(image.size).toBe(2);
    expect(() => image.insert([3, 'c'], [])).toThrow(tooLarge);
  },
);
