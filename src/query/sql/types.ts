import {
  arrayOf,
  BOOL,
  BPCHAR,
  BYTEA,
  DATE,
  FLOAT4,
  FLOAT8,
  INT2,
  INT4,
  INT8,
  INTERVAL,
  JSON_TYPE,
  JSONB,
  type Kind,
  NUMERIC,
  TEXT,
  TIME,
  TIMESTAMP,
  TIMESTAMPTZ,
  TIMETZ,
  type Type,
  UNKNOWN,
  UUID,
} from '../../data/type.ts';

/** Types by the names that signatures of functions use: `int4`, `text`, `int4[]`. */
const BY_NAME: Readonly<Record<string, Type>> = {
  bool: BOOL,
  int2: INT2,
  int4: INT4,
  int8: INT8,
  float4: FLOAT4,
  float8: FLOAT8,
  numeric: NUMERIC,
  text: TEXT,
  bpchar: BPCHAR,
  bytea: BYTEA,
  uuid: UUID,
  date: DATE,
  time: TIME,
  timetz: TIMETZ,
  timestamp: TIMESTAMP,
  timestamptz: TIMESTAMPTZ,
  interval: INTERVAL,
  json: JSON_TYPE,
  jsonb: JSONB,
  unknown: UNKNOWN,
  // Postgres keeps the limit of a varchar on storing; as a value it is a text.
  varchar: TEXT,
  name: TEXT,
};

export function typeNamed(name: string): Type | undefined {
  if (name.endsWith('[]')) {
    const element = typeNamed(name.slice(0, -2));
    return element && arrayOf(element);
  }
  return Object.hasOwn(BY_NAME, name) ? BY_NAME[name] : undefined;
}

/** The name of a type in signatures, without precision and scale. */
export function nameOf(type: Type): string {
  if (type.kind === 'array') return `${nameOf(type.element ?? TEXT)}[]`;
  if (type.kind === 'enum' || type.kind === 'other') return type.name ?? type.kind;
  return type.kind;
}

const SPOKEN: Partial<Record<Kind, string>> = {
  bool: 'boolean',
  int2: 'smallint',
  int4: 'integer',
  int8: 'bigint',
  float4: 'real',
  float8: 'double precision',
  bpchar: 'character',
  time: 'time without time zone',
  timetz: 'time with time zone',
  timestamp: 'timestamp without time zone',
  timestamptz: 'timestamp with time zone',
};

/** The name of a type as Postgres's messages have it. */
export function spoken(type: Type): string {
  if (type.kind === 'array') return `${spoken(type.element ?? TEXT)}[]`;
  return SPOKEN[type.kind] ?? nameOf(type);
}

/** The type without precision and scale: what an expression over such values has. */
export function plainType(type: Type): Type {
  if (type.kind === 'numeric') return NUMERIC;
  return type;
}

export const sameType = (a: Type, b: Type): boolean => nameOf(a) === nameOf(b);

/** Postgres's categories of types: what may stand for what, and which is preferred. */
export function categoryOf({kind}: Type): string {
  switch (kind) {
    case 'bool':
      return 'B';
    case 'int2':
    case 'int4':
    case 'int8':
    case 'numeric':
    case 'float4':
    case 'float8':
      return 'N';
    case 'text':
    case 'bpchar':
      return 'S';
    case 'date':
    case 'time':
    case 'timetz':
    case 'timestamp':
    case 'timestamptz':
      return 'D';
    case 'interval':
      return 'T';
    case 'array':
      return 'A';
    case 'enum':
      return 'E';
    case 'unknown':
      return 'X';
    default:
      return 'U';
  }
}

const PREFERRED = new Set<Kind>(['bool', 'float8', 'text', 'timestamptz', 'interval']);

export const isPreferred = ({kind}: Type): boolean => PREFERRED.has(kind);

const IMPLICIT: Partial<Record<Kind, readonly Kind[]>> = {
  int2: ['int4', 'int8', 'numeric', 'float4', 'float8'],
  int4: ['int8', 'numeric', 'float4', 'float8'],
  int8: ['numeric', 'float4', 'float8'],
  numeric: ['float4', 'float8'],
  float4: ['float8'],
  bpchar: ['text'],
  date: ['timestamp', 'timestamptz'],
  timestamp: ['timestamptz'],
  time: ['timetz', 'interval'],
};

/** Whether Postgres turns a value of one type into another without being asked. */
export function isImplicit(from: Type, to: Type): boolean {
  if (from.kind === 'unknown' || sameType(from, to)) return true;
  if (from.kind === 'array' && to.kind === 'array') {
    return isImplicit(from.element ?? TEXT, to.element ?? TEXT);
  }
  return IMPLICIT[from.kind]?.includes(to.kind) ?? false;
}

/**
 * The type that values of all these types become in UNION, CASE, COALESCE, VALUES, IN:
 * Postgres's select_common_type. Undefined where there is none; text where all are unknown.
 */
export function commonType(types: readonly Type[]): Type | undefined {
  const [first] = types;
  if (first && types.every((type) => identicalType(type, first)) && first.kind !== 'unknown') {
    return first;
  }
  let chosen: Type | undefined;
  for (const type of types) {
    if (type.kind === 'unknown') continue;
    const next = plainType(type);
    if (!chosen) chosen = next;
    else if (sameType(chosen, next)) continue;
    else if (categoryOf(chosen) !== categoryOf(next)) return undefined;
    else if (!isPreferred(chosen) && isImplicit(chosen, next) && !isImplicit(next, chosen)) {
      chosen = next;
    }
  }
  const result = chosen ?? TEXT;
  return types.every((type) => isImplicit(type, result)) ? result : undefined;
}

const identicalType = (a: Type, b: Type): boolean =>
  sameType(a, b) && a.precision === b.precision && a.scale === b.scale;
