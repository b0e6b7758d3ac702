import type {Integer} from '../../../data/integer.ts';
import {restoredValue} from '../../../data/stored-row.ts';
import type {Boxed, Value} from '../../../data/value.ts';
import {unreachable} from '../../../lib/assert.ts';
import {CypherDuration} from '../temporal/duration.ts';
import {Moment, type MomentKind} from '../temporal/moment.ts';
import type {Zone} from '../temporal/zone.ts';
import {CypherFloat} from './float.ts';
import {CypherMap, CypherNode, CypherRelationship} from './map.ts';
import {CypherPath} from './path.ts';
import type {StoredBox} from './stored-box.ts';

/** Makes a boxed value of openCypher of what its `stored()` has answered. */
export function revive(stored: unknown): Boxed {
  const [kind, ...parts] = stored as StoredBox;
  switch (kind) {
    case 'float':
      return new CypherFloat(restoredValue(parts[0]) as number);
    case 'map':
      return new CypherMap(entries(parts[0]));
    case 'node':
      return new CypherNode(parts[0] as string, parts[1] as string, entries(parts[2]));
    case 'relationship': {
      const [type, from, to] = parts;
      return new CypherRelationship(type as string, node(from), node(to));
    }
    case 'path': {
      const [nodes, steps] = parts as readonly unknown[][];
      return new CypherPath(nodes?.map(node) ?? [], steps?.map(relationship) ?? []);
    }
    case 'moment': {
      const [moment, days, nanos, zone] = parts as [MomentKind, number, number, Zone | null];
      return new Moment(moment, {days, nanos, zone: zone ?? undefined});
    }
    case 'duration': {
      const [months, days, nanos] = parts.map((part) => restoredValue(part) as Integer);
      return new CypherDuration(months ?? 0, days ?? 0, nanos ?? 0);
    }
    default:
      return unreachable(kind);
  }
}

const node = (stored: unknown): CypherNode => revive(stored) as CypherNode;

const relationship = (stored: unknown): CypherRelationship => revive(stored) as CypherRelationship;

function entries(stored: unknown): ReadonlyMap<string, Value> {
  const list = stored as readonly (readonly [string, unknown])[];
  return new Map(list.map(([key, value]) => [key, restoredValue(value, revive)]));
}
