import {BOOL, INT4, INT8, NUMERIC, TEXT, TIMESTAMPTZ, type Type} from '../../src/data/type.ts';
import {
  decodeMessage,
  type Message,
  type Relation,
  type Tuple,
  UNCHANGED,
} from '../../src/postgres/pgoutput.ts';
import {type ByteReader, byteReader} from '../../src/postgres/values.ts';

const TYPES: Readonly<Record<number, Type>> = {
  16: BOOL,
  20: INT8,
  23: INT4,
  25: TEXT,
  1184: TIMESTAMPTZ,
  1700: NUMERIC,
};

/** Decodes the messages of one connection, in order, and keeps its relations. */
export interface Decoder {
  decode(bytes: Buffer): Message;
  /** A message in one line, without what differs from run to run: oids, positions, times. */
  told(message: Message): string;
}

export function decoder(): Decoder {
  const relations = new Map<number, Relation>();
  const readers = new Map<number, ByteReader[]>();
  const nameOf = (oid: number): string => relations.get(oid)?.name ?? `oid ${oid}`;

  return {
    decode(bytes) {
      const message = decodeMessage(bytes, (oid) => readers.get(oid));
      if (message.kind === 'relation') {
        const {oid, columns} = message.relation;
        relations.set(oid, message.relation);
        readers.set(
          oid,
          columns.map(({typeOid}) => byteReader(TYPES[typeOid] ?? {kind: 'enum'})),
        );
      }
      return message;
    },
    told(message) {
      switch (message.kind) {
        case 'begin':
        case 'commit':
          return message.kind;
        case 'relation':
          return `relation ${relationText(message.relation)}`;
        case 'insert':
          return `insert ${nameOf(message.relationOid)}: ${tupleText(message.row)}`;
        case 'update': {
          const old = message.old ? `${message.old.kind} ${tupleText(message.old.row)} to ` : '';
          return `update ${nameOf(message.relationOid)}: ${old}${tupleText(message.row)}`;
        }
        case 'delete': {
          const {kind, row} = message.old;
          return `delete ${nameOf(message.relationOid)}: ${kind} ${tupleText(row)}`;
        }
        case 'truncate': {
          const flags = `${message.cascade ? ' cascade' : ''}${message.restartIdentity ? ' restart' : ''}`;
          return `truncate ${message.relationOids.map(nameOf).join(', ')}${flags}`;
        }
        case 'type':
          return `type ${message.schema}.${message.name}`;
        case 'origin':
          return `origin ${message.name}`;
        case 'message': {
          const flags = message.transactional ? ' transactional' : '';
          return `message ${message.prefix}: "${message.content}"${flags}`;
        }
      }
    },
  };
}

const tupleText = (row: Tuple): string =>
  row.map((value) => (value === UNCHANGED ? 'unchanged' : String(value))).join('|');

/** `own` stands for a type that the database defines itself, whose oid is not fixed. */
function relationText({schema, name, replicaIdentity, columns}: Relation): string {
  const parts = columns.map(
    (column) =>
      `${column.name}${column.key ? '*' : ''} ` +
      `${column.typeOid < 16_384 ? column.typeOid : 'own'}` +
      `${column.modifier < 0 ? '' : `:${column.modifier}`}`,
  );
  return `${schema}.${name} ${replicaIdentity}: ${parts.join(', ')}`;
}
