import {keyPart, NULL_PART} from '../../../data/key.ts';
import {Boxed, type Value} from '../../../data/value.ts';
import {anyJson, anyKey, anyText} from './any.ts';

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
    return mapKey(this.entries);
  }

  json(): string {
    return mapJson(this.entries);
  }

  toString(): string {
    return mapText(this.entries);
  }
}

/** A row of a table as a value: equal to another when table and key are the same. */
export class CypherNode extends Boxed {
  readonly label: string;
  /** The identity of the row within its table. */
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
    return `${keyPart(this.label)}|${this.id}`;
  }

  json(): string {
    return mapJson(this.properties);
  }

  toString(): string {
    return `(:${this.label} ${mapText(this.properties)})`;
  }
}

function mapKey(entries: ReadonlyMap<string, Value>): string {
  const parts = [...entries].map(([key, value]) => {
    const part = value === null ? NULL_PART : keyPart(anyKey(value));
    return `${keyPart(key)}|${part}`;
  });
  return parts.sort().join('|');
}

function mapJson(entries: ReadonlyMap<string, Value>): string {
  const parts = [...entries].map(([key, value]) => `${JSON.stringify(key)}:${anyJson(value)}`);
  return `{${parts.join(',')}}`;
}

function mapText(entries: ReadonlyMap<string, Value>): string {
  const parts = [...entries].map(([key, value]) => `${key}: ${anyText(value)}`);
  return `{${parts.join(', ')}}`;
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
    return [this.type, this.from.key(), this.to.key()].map(keyPart).join('|');
  }

  json(): string {
    return JSON.stringify({type: this.type});
  }

  toString(): string {
    return `[:${this.type}]`;
  }
}
