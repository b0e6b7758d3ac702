import {identicalRows} from '../data/compare.ts';
import {consolidate, type Delta, type Edit} from '../data/delta.ts';
import type {TableId} from '../data/schema.ts';
import {unreachable} from '../lib/assert.ts';
import type {FollowedTable} from '../postgres/catalog.ts';
import type {RowChange} from '../postgres/transactions.ts';
import {bagImage} from './bag-image.ts';
import {keyedImage} from './keyed-image.ts';
import {sourceProblems} from './problems.ts';
import {arrangedOld, type KnownRelation, type Relations} from './relations.ts';
import type {TableImage} from './table-image.ts';

/** The images of all tables of a source. */
export type Image = Map<TableId, TableImage>;

export function emptyImage({table}: FollowedTable): TableImage {
  return table.keyColumns.length > 0 ? keyedImage(table) : bagImage(table);
}

/**
 * Brings the image forward by one transaction, whose changes `read` answers one by one,
 * and answers the net change of each table: each key once, no edit that changes nothing, no
 * table that stayed the same.
 */
export function applyChanges(
  image: Image,
  read: () => RowChange | undefined,
  relations: Relations,
): ReadonlyMap<TableId, Delta> {
  const edits = new Map<TableId, Edit[]>();
  try {
    for (let change = read(); change; change = read()) {
      if (change.kind === 'truncate') {
        for (const oid of change.relationOids) truncate(image, relations.get(oid), edits);
        continue;
      }
      const relation = relations.get(change.relationOid);
      if (relation) applyChange(image, change, relation, edits);
    }
  } catch (error) {
    // Half a transaction is never held: what is told next starts from what was told last.
    for (const [id, own] of edits) image.get(id)?.undo(own);
    throw error;
  }
  return netDeltas(edits as Map<TableId, Delta>);
}

function applyChange(
  image: Image,
  change: Exclude<RowChange, {kind: 'truncate'}>,
  relation: KnownRelation,
  edits: Map<TableId, Edit[]>,
): void {
  const {id} = relation.followed.table;
  const table = image.get(id);
  if (!table) return;
  const own = editsOf(edits, id);
  switch (change.kind) {
    case 'insert':
      table.insert(relation.arranged(change.row), own);
      break;
    case 'update':
      table.update(arrangedOld(change.old, relation), relation.arranged(change.row), own);
      break;
    case 'delete':
      table.remove({kind: change.old.kind, row: relation.arranged(change.old.row)}, own);
      break;
    default:
      unreachable(change);
  }
}

function truncate(
  image: Image,
  relation: KnownRelation | undefined,
  edits: Map<TableId, Edit[]>,
): void {
  if (!relation) return;
  const {id} = relation.followed.table;
  if (relation.partition) {
    // Which of the rows were in the partition, nothing here tells.
    const what = 'One of its partitions was truncated';
    throw sourceProblems['image-out-of-step']({table: id, key: 'not known', what});
  }
  image.get(id)?.clear(editsOf(edits, id));
}

function editsOf(edits: Map<TableId, Edit[]>, id: TableId): Edit[] {
  const own = edits.get(id);
  if (own) return own;
  const fresh: Edit[] = [];
  edits.set(id, fresh);
  return fresh;
}

/**
 * Per table what its edits come to, in the map that they stand in; tables whose edits come to
 * nothing leave it.
 */
export function netDeltas(edits: Map<TableId, Delta>): ReadonlyMap<TableId, Delta> {
  for (const [id, own] of edits) {
    const delta = netDelta(own);
    if (delta.length === 0) edits.delete(id);
    else if (delta !== own) edits.set(id, delta);
  }
  return edits;
}

/** What edits come to: each key once, and no edit that changes nothing. */
export function netDelta(edits: Delta): Delta {
  const short = consolidate(edits);
  return short.every(isChange) ? short : short.filter(isChange);
}

function isChange({before, after}: Edit): boolean {
  if (before === undefined || after === undefined) return before !== after;
  return !identicalRows(before, after);
}
