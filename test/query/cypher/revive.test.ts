import fc from 'fast-check';
import {expect, test} from 'vitest';
import {identical} from '../../../src/data/compare.ts';
import {Decimal} from '../../../src/data/decimal.ts';
import {type Integer, integer} from '../../../src/data/integer.ts';
import {restoredValue, storedValue} from '../../../src/data/stored-row.ts';
import type {Value} from '../../../src/data/value.ts';
import {CypherDuration} from '../../../src/query/cypher/temporal/duration.ts';
import {Moment, NANOS_PER_DAY} from '../../../src/query/cypher/temporal/moment.ts';
import {readZone} from '../../../src/query/cypher/temporal/zone.ts';
import {CypherFloat} from '../../../src/query/cypher/values/float.ts';
import {CypherMap, CypherNode, CypherRelationship} from '../../../src/query/cypher/values/map.ts';
import {CypherPath} from '../../../src/query/cypher/values/path.ts';
import {revive} from '../../../src/query/cypher/values/revive.ts';

const integers: fc.Arbitrary<Integer> = fc
  .bigInt({min: -(2n ** 63n), max: 2n ** 63n - 1n})
  .map(integer);
const floats = fc
  .oneof(fc.double(), fc.constantFrom(Number.NaN, Infinity, -Infinity, -0, 0, 1))
  .map((value) => new CypherFloat(value));
const zones = fc
  .constantFrom('Z', '+01:00', '-08:00', '+00:53:28', 'Europe/Stockholm', 'America/New_York')
  .map(readZone);
const moments = fc
  .tuple(
    fc.constantFrom('date', 'localtime', 'time', 'localdatetime', 'datetime' as const),
    fc.integer({min: -800_000, max: 800_000}),
    fc.integer({min: 0, max: NANOS_PER_DAY - 1}),
    zones,
  )
  .map(([kind, days, nanos, zone]) => {
    const zoned = kind === 'time' || kind === 'datetime';
    return new Moment(kind, {
      ...(kind.endsWith('date') || kind.endsWith('datetime') ? {days} : {}),
      ...(kind === 'date' ? {} : {nanos}),
      ...(zoned && {zone}),
    });
  });
const durations = fc
  .tuple(integers, integers, integers)
  .map((parts) => new CypherDuration(...parts));

const {value: values, node: nodes} = fc.letrec<{
  value: Value;
  entries: ReadonlyMap<string, Value>;
  node: CypherNode;
  step: CypherRelationship;
}>((tie) => ({
  value: fc.oneof(
    {depthSize: 'small', withCrossShrink: true},
    fc.constant(null),
    fc.boolean(),
    fc.string(),
    integers,
    floats,
    moments,
    durations,
    fc.constantFrom(new Decimal(9500, 2), new Decimal(Number.NaN, 0)),
    fc.array(tie('value'), {maxLength: 3}),
    tie('entries').map((entries) => new CypherMap(entries)),
    tie('node'),
    tie('step'),
    fc.tuple(fc.array(tie('node'), {minLength: 1, maxLength: 3}), tie('step')).map(
      ([along, step]) =>
        new CypherPath(
          along,
          along.slice(1).map(() => step),
        ),
    ),
  ),
  entries: fc
    .array(fc.tuple(fc.string(), tie('value')), {maxLength: 3})
    .map((entries) => new Map(entries)),
  node: fc
    .tuple(fc.string(), fc.string(), tie('entries'))
    .map(([label, id, properties]) => new CypherNode(label, id, properties)),
  step: fc
    .tuple(fc.string(), tie('node'), tie('node'))
    .map(([type, from, to]) => new CypherRelationship(type, from, to)),
}));

function throughJson(value: Value): Value {
  return restoredValue(JSON.parse(JSON.stringify(storedValue(value))), revive);
}

test('every value of openCypher that went through JSON is the value that was stored', () => {
  fc.assert(
    fc.property(values, (value) => {
      const read = throughJson(value);
      expect(read).toEqual(value);
      expect(identical(read, value)).toBe(true);
    }),
    {numRuns: 1000},
  );
});

test('the properties and label of a node come back, which do not show in its key', () => {
  fc.assert(
    fc.property(nodes, (node) => {
      const read = throughJson(node) as CypherNode;
      expect([read.label, read.id]).toEqual([node.label, node.id]);
      expect([...read.properties]).toEqual([...node.properties]);
    }),
  );
});

test('a time in an hour that clocks show twice, or not at all, is stored as it is shown', () => {
  const zone = readZone('Europe/Stockholm');
  const day = (text: string): number => Date.parse(`${text}T00:00:00Z`) / 86_400_000;
  const half = 2.5 * 3600 * 1e9;
  for (const days of [day('2026-03-29'), day('2026-10-25')]) {
    const moment = new Moment('datetime', {days, nanos: half, zone});
    expect(String(throughJson(moment))).toBe(String(moment));
  }
});
