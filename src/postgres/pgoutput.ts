import type {Lsn} from '../data/lsn.ts';
import {MessageCursor} from './message-cursor.ts';
import {decodeTuple, type OldTuple, shown, type Tuple} from './pgoutput-tuple.ts';
import {postgresMicros} from './postgres-time.ts';
import type {ByteReader} from './values.ts';

export {type OldTuple, type Tuple, UNCHANGED} from './pgoutput-tuple.ts';

export interface Relation {
  readonly oid: number;
  readonly schema: string;
  readonly name: string;
  readonly replicaIdentity: 'default' | 'nothing' | 'full' | 'index';
  readonly columns: readonly RelationColumn[];
}

export interface RelationColumn {
  readonly name: string;
  /** Whether it is part of the replica identity. */
  readonly key: boolean;
  readonly typeOid: number;
  /** Postgres's type modifier; −1 where there is none. */
  readonly modifier: number;
}

/** A message of the pgoutput protocol. Times are microseconds since 1970. */
export type Message =
  | {
      readonly kind: 'begin';
      /** Where the commit record of this transaction begins. */
      readonly finalLsn: Lsn;
      readonly commitTime: number;
      readonly xid: number;
    }
  | {
      readonly kind: 'commit';
      readonly commitLsn: Lsn;
      readonly endLsn: Lsn;
      readonly commitTime: number;
    }
  | {readonly kind: 'relation'; readonly relation: Relation}
  | {readonly kind: 'insert'; readonly relationOid: number; readonly row: Tuple}
  | {
      readonly kind: 'update';
      readonly relationOid: number;
      readonly old: OldTuple | undefined;
      readonly row: Tuple;
    }
  | {readonly kind: 'delete'; readonly relationOid: number; readonly old: OldTuple}
  | {
      readonly kind: 'truncate';
      readonly relationOids: readonly number[];
      readonly cascade: boolean;
      readonly restartIdentity: boolean;
    }
  | {
      readonly kind: 'type';
      readonly typeOid: number;
      readonly schema: string;
      readonly name: string;
    }
  | {readonly kind: 'origin'; readonly commitLsn: Lsn; readonly name: string}
  | {
      readonly kind: 'message';
      readonly transactional: boolean;
      readonly lsn: Lsn;
      readonly prefix: string;
      readonly content: Buffer;
    };

/** The readers of a relation's columns in order; undefined for one that was not described. */
export type ReadersOf = (relationOid: number) => readonly ByteReader[] | undefined;

/**
 * Decodes one message of the pgoutput protocol, version 1, with values in text form:
 * https://www.postgresql.org/docs/17/protocol-logicalrep-message-formats.html
 *
 * Everything is copied out of `bytes`, which the connection uses again. A message that
 * does not follow the protocol, to its last byte, is a `replication-message-malformed`.
 * What is about streamed transactions (version 2) is in `pgoutput-stream.ts`, and malformed here.
 */
export function decodeMessage(bytes: Buffer, readersOf: ReadersOf): Message {
  const cursor = new MessageCursor(bytes);
  const message = decode(cursor, readersOf);
  cursor.end();
  return message;
}

function decode(cursor: MessageCursor, readersOf: ReadersOf): Message {
  const kind = cursor.uint8();
  switch (String.fromCharCode(kind)) {
    case 'B':
      return {
        kind: 'begin',
        finalLsn: cursor.uint64(),
        commitTime: time(cursor),
        xid: cursor.uint32(),
      };
    case 'C':
      return commit(cursor);
    case 'R':
      return {kind: 'relation', relation: relation(cursor)};
    case 'I':
      return insert(cursor, readersOf);
    case 'U':
      return update(cursor, readersOf);
    case 'D':
      return deletion(cursor, readersOf);
    case 'T':
      return truncate(cursor);
    case 'Y':
      return {
        kind: 'type',
        typeOid: cursor.uint32(),
        schema: schemaName(cursor),
        name: cursor.text(),
      };
    case 'O':
      return {kind: 'origin', commitLsn: cursor.uint64(), name: cursor.text()};
    case 'M':
      return logicalMessage(cursor);
    default:
      throw cursor.malformed(`there is no message of kind ${shown(kind)}`);
  }
}

function commit(cursor: MessageCursor): Message {
  cursor.take(1); // flags, of which there are none
  return {
    kind: 'commit',
    commitLsn: cursor.uint64(),
    endLsn: cursor.uint64(),
    commitTime: time(cursor),
  };
}

function insert(cursor: MessageCursor, readersOf: ReadersOf): Message {
  const relationOid = cursor.uint32();
  const readers = readersAt(cursor, relationOid, readersOf);
  newTuple(cursor);
  return {kind: 'insert', relationOid, row: decodeTuple(cursor, readers)};
}

function update(cursor: MessageCursor, readersOf: ReadersOf): Message {
  const relationOid = cursor.uint32();
  const readers = readersAt(cursor, relationOid, readersOf);
  const hasOld = cursor.bytes[cursor.at] !== NEW;
  const old = hasOld ? oldTuple(cursor, readers) : undefined;
  newTuple(cursor);
  return {kind: 'update', relationOid, old, row: decodeTuple(cursor, readers)};
}

function deletion(cursor: MessageCursor, readersOf: ReadersOf): Message {
  const relationOid = cursor.uint32();
  const readers = readersAt(cursor, relationOid, readersOf);
  return {kind: 'delete', relationOid, old: oldTuple(cursor, readers)};
}

function readersAt(
  cursor: MessageCursor,
  relationOid: number,
  readersOf: ReadersOf,
): readonly ByteReader[] {
  const readers = readersOf(relationOid);
  if (!readers) throw cursor.malformed(`relation ${relationOid} was not described before`);
  return readers;
}

const NEW = 0x4e; // N

function newTuple(cursor: MessageCursor): void {
  const kind = cursor.uint8();
  if (kind !== NEW) throw cursor.malformed(`a new row begins with ${shown(kind)}, not "N"`);
}

function oldTuple(cursor: MessageCursor, readers: readonly ByteReader[]): OldTuple {
  const kind = String.fromCharCode(cursor.uint8());
  if (kind === 'K') return {kind: 'key', row: decodeTuple(cursor, readers)};
  if (kind === 'O') return {kind: 'full', row: decodeTuple(cursor, readers)};
  throw cursor.malformed(`an old row begins with ${JSON.stringify(kind)}, not "K" or "O"`);
}

/** A relation's column takes this many bytes at least: flags, an empty name, type, modifier. */
const COLUMN_BYTES_MIN = 10;

function relation(cursor: MessageCursor): Relation {
  const oid = cursor.uint32();
  const schema = schemaName(cursor);
  const name = cursor.text();
  const replicaIdentity = identity(cursor);
  const count = cursor.count(cursor.uint16(), COLUMN_BYTES_MIN);
  const columns: RelationColumn[] = [];
  for (let i = 0; i < count; i++) {
    const flags = cursor.uint8();
    columns.push({
      name: cursor.text(),
      key: (flags & 1) === 1,
      typeOid: cursor.uint32(),
      modifier: cursor.int32(),
    });
  }
  return {oid, schema, name, replicaIdentity, columns};
}

/** Postgres sends pg_catalog, the schema that needs no name, as an empty text. */
const schemaName = (cursor: MessageCursor): string => cursor.text() || 'pg_catalog';

function identity(cursor: MessageCursor): Relation['replicaIdentity'] {
  const letter = cursor.uint8();
  switch (String.fromCharCode(letter)) {
    case 'd':
      return 'default';
    case 'n':
      return 'nothing';
    case 'f':
      return 'full';
    case 'i':
      return 'index';
    default:
      throw cursor.malformed(`there is no replica identity ${shown(letter)}`);
  }
}

function truncate(cursor: MessageCursor): Message {
  const announced = cursor.uint32();
  const options = cursor.uint8();
  const count = cursor.count(announced, 4);
  const relationOids: number[] = [];
  for (let i = 0; i < count; i++) relationOids.push(cursor.uint32());
  return {
    kind: 'truncate',
    relationOids,
    cascade: (options & 1) !== 0,
    restartIdentity: (options & 2) !== 0,
  };
}

function logicalMessage(cursor: MessageCursor): Message {
  const flags = cursor.uint8();
  const lsn = cursor.uint64();
  const prefix = cursor.text();
  const length = cursor.int32();
  const start = cursor.take(length);
  return {
    kind: 'message',
    transactional: (flags & 1) === 1,
    lsn,
    prefix,
    content: Buffer.from(cursor.bytes.subarray(start, start + length)),
  };
}

const time = (cursor: MessageCursor): number => postgresMicros(cursor.int64());
