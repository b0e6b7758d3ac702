import type {Edit} from '../../src/data/delta.ts';
import type {Row} from '../../src/data/value.ts';
import {averageOf} from '../../src/query/functions/numeric-division.ts';
import type {Changes} from './history.ts';

/**
 * The queries of `queries.ts` as loops, written for the one query: they take what the
 * engine takes and answer what it answers, and neither ask nor check anything besides.
 */

/** `filterAndMap` */
export function filterAndMapFloor() {
  const map = (row: Row | undefined): Row | undefined =>
    row && (row[2] as number) > 500 ? [row[0] ?? null, (row[2] as number) * 2] : undefined;
  return (changes: Changes) => {
    const output: Edit[] = [];
    for (const {key, before, after} of changes.get('t') ?? []) {
      const was = map(before);
      const is = map(after);
      if (was || is) output.push({key, before: was, after: is});
    }
    return output;
  };
}

/** `joined` */
export function joinFloor() {
  const lefts = new Map<number, Row>();
  const rights = new Map<number, Map<number, Row>>();
  return (changes: Changes) => {
    const output: Edit[] = [];
    for (const {key, before, after} of changes.get('u') ?? []) {
      const joinKey = (after ?? before)?.[1] as number;
      const bucket = rights.get(joinKey) ?? new Map<number, Row>();
      rights.set(joinKey, bucket);
      if (after) bucket.set(key as number, after);
      const left = lefts.get(joinKey);
      if (!left) continue;
      const was = before && [...left, ...before];
      output.push({key: `${left[0]}|${key}`, before: was, after: after && [...left, ...after]});
    }
    for (const {key, before, after} of changes.get('t') ?? []) {
      if (after) lefts.set(key as number, after);
      for (const [other, right] of rights.get(key as number) ?? []) {
        const was = before && [...before, ...right];
        output.push({key: `${key}|${other}`, before: was, after: after && [...after, ...right]});
      }
    }
    return output;
  };
}

/** `averages`, with the digits that Postgres prints of an average. */
export function averageFloor() {
  const groups = new Map<number, {sum: number; count: number; row: Row | undefined}>();
  return (changes: Changes) => {
    const touched = new Set<number>();
    for (const {before, after} of changes.get('t') ?? []) {
      for (const [row, sign] of [
        [before, -1],
        [after, 1],
      ] as const) {
        if (!row) continue;
        const group = groups.get(row[1] as number) ?? {sum: 0, count: 0, row: undefined};
        groups.set(row[1] as number, group);
        group.sum += sign * (row[2] as number);
        group.count += sign;
        touched.add(row[1] as number);
      }
    }
    const output: Edit[] = [];
    for (const key of touched) {
      const group = groups.get(key);
      if (!group) continue;
      const after = [key, averageOf(group.sum, group.count)];
      output.push({key, before: group.row, after});
      group.row = after;
    }
    return output;
  };
}
