import {anyJson, anyKey, compareAny} from '../../../data/any.ts';
import {compareText} from '../../../data/compare-text.ts';
import {joinParts, keyPart} from '../../../data/key.ts';
import {storedValue} from '../../../data/stored-row.ts';
import {Boxed, type Value} from '../../../data/value.ts';
import {anyText} from './any.ts';
import type {StoredBox} from './stored-box.ts';

/** A map of openCypher; its keys keep the order they were written in. */
export class CypherMap extends Boxed {
  readonly entries: ReadonlyMap<string, Value>;

  constructor(entries: ReadonlyMap<string, Value>) {
    super();
    this.entries = entries;
  }

  get(key: string): Value {
    return this.entries.get(key) ?? null;
  }

  key(): string {
    const parts = [...this.entries].map(([key, value]) => {
      return joinParts([keyPart(key), keyPart(anyKey(value))]);
    });
    return `m${joinParts(parts.sort())}`;
  }

  json(): string {
    return mapJson(this.entries);
  }

  toString(): string {
    return mapText(this.entries);
  }

  stored(): StoredBox {
    return ['map', storedEntries(this.entries)];
  }

  /** By size, then by the sorted keys, then by the values in the order of the keys. */
  override orderAgainst(other: Value): number {
    if (!(other instanceof CypherMap)) return -1;
    const left = [...this.entries.keys()].sort(compareText);
    const right = [...other.entries.keys()].sort(compareText);
    const values = (map: CypherMap, keys: readonly string[]) => keys.map((key) => map.get(key));
    return (
      left.length - right.length ||
      compareAny(left, right) ||
      compareAny(values(this, left), values(other, right))
    );
  }
}

/** A row of a table as a value: equal to another when table and key are the same. */
export class CypherNode extends Boxed {
  readonly label: string;
  /** The table, and the identity of the row within it. */
  readonly id: string;
  readonly properties: ReadonlyMap<string, Value>;

  constructor(label: string, id: string, properties: ReadonlyMap<string, Value>) {
    super();
    this.label = label;
    this.id = id;
    this.properties = properties;
  }

  get(key: string): Value {
    return this.properties.get(key) ?? null;
  }

  key(): string {
    return `v${this.id}`;
  }

  json(): string {
    return mapJson(this.properties);
  }

  toString(): string {
    return `(:${this.label} ${mapText(this.properties)})`;
  }

  stored(): StoredBox {
    return ['node', this.label, this.id, storedEntries(this.properties)];
  }

  override kindRank(): number {
    return 1;
  }
}

/** A relationship as a value: its type, and the nodes it follows from. */
export class CypherRelationship extends Boxed {
  readonly type: string;
  readonly from: CypherNode;
  readonly to: CypherNode;

  constructor(type: string, from: CypherNode, to: CypherNode) {
    super();
    this.type = type;
    this.from = from;
    this.to = to;
  }

  key(): string {
    return `r${joinParts([this.type, this.from.key(), this.to.key()].map(keyPart))}`;
  }

  json(): string {
    return JSON.stringify({type: this.type});
  }

  toString(): string {
    return `[:${this.type}]`;
  }

  stored(): StoredBox {
    return ['relationship', this.type, this.from.stored(), this.to.stored()];
  }

  override kindRank(): number {
    return 2;
  }
}

const storedEntries = (entries: ReadonlyMap<string, Value>): readonly [string, unknown][] =>
  Array.from(entries, ([key, value]) => [key, storedValue(value)]);

function mapJson(entries: ReadonlyMap<string, Value>): string {
  const parts = [...entries].map(([key, value]) => `${JSON.stringify(key)}:${anyJson(value)}`);
  return `{${parts.join(',')}}`;
}

function mapText(entries: ReadonlyMap<string, Value>): string {
  const parts = [...entries].map(([key, value]) => `${key}: ${anyText(value)}`);
  return `{${parts.join(', ')}}`;
}
