import type {Problem} from '../lib/problem.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import {
  decodeMessage,
  type Message,
  type OldTuple,
  type Relation,
  type Tuple,
} from '../postgres/pgoutput.ts';
import {type ByteReader, byteReader} from '../postgres/values.ts';
import {sourceProblems} from './problems.ts';

/** A relation of the stream that stands for a table of ours. */
export interface KnownRelation {
  readonly followed: FollowedTable;
  /** The relation is a partition, sent under its own name. */
  readonly partition: boolean;
  /** A tuple of the relation as a row of the table. */
  readonly arranged: (tuple: Tuple) => Tuple;
}

/** What the relations of one stream are to us. */
export interface Relations {
  /** Whether rows of this relation are of a table that is followed. */
  follows(relationOid: number): boolean;
  /** Takes a message that belongs to no table. */
  hear(message: Message): void;
  /**
   * Decodes the messages of committed transactions, in the order of their commits: what
   * a relation is, is told once. Throws `schema-changed` on a change of one that is not as
   * it was described; before, its description may have been rolled back and come again.
   */
  decode(bytes: Buffer): Message;
  get(relationOid: number): KnownRelation | undefined;
}

/**
 * `strangers`: oids seen before that are no table of ours, not even since the last
 * description. `viaRoot`: partitions come in the name of their root, so that a relation
 * not heard of before is none of ours. `onMessage` is told of what changes no table.
 */
export function relationsOf(
  tables: readonly FollowedTable[],
  {
    strangers,
    viaRoot,
    onMessage,
  }: {strangers: Set<number>; viaRoot: boolean; onMessage: (message: Message) => void},
): Relations {
  const known = new Map<number, KnownRelation>();
  const readers = new Map<number, readonly ByteReader[]>();
  /** Descriptions of tables of ours that no change has come with yet. */
  const described = new Map<number, Relation>();
  const byOid = new Map<number, FollowedTable>();
  for (const followed of tables) {
    byOid.set(followed.oid, followed);
    for (const leaf of followed.leaves) byOid.set(leaf, followed);
  }

  /** A change comes of what was described last. */
  function settle(relation: Relation): void {
    const {oid} = relation;
    const followed = byOid.get(oid)!;
    const change = changeOf(relation, followed);
    if (change) throw change;
    described.delete(oid);
    known.set(oid, knownRelation(relation, followed));
    readers.set(oid, readersFor(relation, followed));
  }

  function settled(oid: number): readonly ByteReader[] | undefined {
    const relation = described.get(oid);
    if (relation) settle(relation);
    return readers.get(oid);
  }

  function meet(relation: Relation): void {
    if (byOid.has(relation.oid)) return void described.set(relation.oid, relation);
    const namesake = tables.find(
      ({table}) => table.schema === relation.schema && table.name === relation.name,
    );
    if (namesake) throw changed(namesake, 'It was dropped and made again');
    const partitioned = tables.find(({leaves}) => leaves.length > 0);
    if (viaRoot || !partitioned || strangers.has(relation.oid)) return;
    strangers.add(relation.oid);
    throw changed(partitioned, `It may have a new partition "${relation.name}"`);
  }

  return {
    // A publication may hold more tables than are followed.
    follows: (oid) => byOid.has(oid),
    hear: onMessage,
    decode(bytes) {
      const message = decodeMessage(bytes, settled);
      if (message.kind === 'relation') meet(message.relation);
      else if (message.kind === 'truncate') message.relationOids.forEach(settled);
      return message;
    },
    get: (oid) => known.get(oid),
  };
}

function changeOf(relation: Relation, followed: FollowedTable): Problem | undefined {
  const own = relation.oid === followed.oid;
  const {wire, table, replicaIdentity} = followed;
  if (own && (relation.schema !== table.schema || relation.name !== table.name)) {
    return changed(followed, `It is called "${relation.name}" now`);
  }
  if (own && relation.replicaIdentity !== replicaIdentity) {
    return changed(followed, `Its replica identity is ${relation.replicaIdentity} now`);
  }
  const {columns} = relation;
  const same =
    columns.length === wire.length &&
    columns.every((column, i) => {
      const expected = own ? wire[i] : wire.find(({name}) => name === column.name);
      return (
        expected?.name === column.name &&
        expected.typeOid === column.typeOid &&
        expected.modifier === column.modifier
      );
    });
  return same ? undefined : changed(followed, 'Its columns are not what they were');
}

function changed({table}: FollowedTable, what: string): Problem {
  return sourceProblems['schema-changed']({table: table.id, what});
}

function knownRelation(relation: Relation, followed: FollowedTable): KnownRelation {
  const from = followed.wire.map(({name}) =>
    relation.columns.findIndex((column) => column.name === name),
  );
  const inOrder = from.every((position, i) => position === i);
  return {
    followed,
    partition: relation.oid !== followed.oid,
    arranged: inOrder ? (tuple) => tuple : (tuple) => from.map((at) => tuple[at] ?? null),
  };
}

function readersFor(relation: Relation, {table}: FollowedTable): ByteReader[] {
  return relation.columns.map(({name}) => {
    const column = table.columns.find((each) => each.name === name);
    return column ? byteReader(column.type) : () => null;
  });
}

/** An old row in the table's order. */
export function arrangedOld(
  old: OldTuple | undefined,
  {arranged}: KnownRelation,
): OldTuple | undefined {
  return old && {kind: old.kind, row: arranged(old.row)};
}
