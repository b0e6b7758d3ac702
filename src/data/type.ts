/**
 * The type of a column or of an expression. It decides the form that a value has in
 * memory (`data/value.ts`), how two values compare and how a value is printed.
 */
export interface Type {
  readonly kind: Kind;
  /** An array's element type. */
  readonly element?: Type;
  /** An enum's labels in their order. */
  readonly labels?: readonly string[];
  /** What Postgres calls it, where the kind does not say: an enum, a domain, `other`. */
  readonly name?: string;
  /** numeric(precision, scale). */
  readonly precision?: number;
  readonly scale?: number;
  /** How texts of the type are compared; absent where it is the database's own way. */
  readonly collation?: Collation;
}

/** A collation of Postgres, as far as it decides what a query answers. */
export interface Collation {
  /** As SQL names it: `C`, `en_US.utf8`. */
  readonly name: string;
  /** Whether it orders texts by their bytes, as C, POSIX and C.UTF-8 do. */
  readonly bytewise: boolean;
  /** Whether only the very same texts are equal. */
  readonly deterministic: boolean;
  /**
   * How letters change between upper and lower case: those of ASCII only; each into a single
   * letter; as Unicode has it in full (ß to SS); or by rules of a language of its own.
   */
  readonly letters: 'ascii' | 'single' | 'full' | 'special';
}

/**
 * `any` is openCypher's: its values say by themselves what they are. `other` is every
 * Postgres type without a kind of its own, kept as Postgres's text. `unknown` is the type
 * of NULL and of a quoted SQL literal before something decides it.
 */
export type Kind =
  | 'bool'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'float4'
  | 'float8'
  | 'numeric'
  | 'text'
  | 'bpchar'
  | 'bytea'
  | 'uuid'
  | 'date'
  | 'time'
  | 'timetz'
  | 'timestamp'
  | 'timestamptz'
  | 'interval'
  | 'json'
  | 'jsonb'
  | 'enum'
  | 'array'
  | 'other'
  | 'any'
  | 'unknown';

const plain = (kind: Kind): Type => Object.freeze({kind});

export const BOOL = plain('bool');
export const INT2 = plain('int2');
export const INT4 = plain('int4');
export const INT8 = plain('int8');
export const FLOAT4 = plain('float4');
export const FLOAT8 = plain('float8');
export const NUMERIC = plain('numeric');
export const TEXT = plain('text');
export const BPCHAR = plain('bpchar');
export const BYTEA = plain('bytea');
export const UUID = plain('uuid');
export const DATE = plain('date');
export const TIME = plain('time');
export const TIMETZ = plain('timetz');
export const TIMESTAMP = plain('timestamp');
export const TIMESTAMPTZ = plain('timestamptz');
export const INTERVAL = plain('interval');
export const JSON_TYPE = plain('json');
export const JSONB = plain('jsonb');
export const OTHER = plain('other');
export const ANY = plain('any');
export const UNKNOWN = plain('unknown');

export const arrayOf = (element: Type): Type => ({kind: 'array', element});

/** Whether values of a kind are whole numbers. */
export const isInteger = ({kind}: Type): boolean =>
  kind === 'int2' || kind === 'int4' || kind === 'int8';

export const isNumber = (type: Type): boolean =>
  isInteger(type) || type.kind === 'numeric' || type.kind === 'float4' || type.kind === 'float8';
