import type {FollowedTable} from '../postgres/catalog.ts';

/**
 * A text that two descriptions share when rows of both can be compared with each other:
 * their collations say how SQL compares them, not what they are.
 */
export function keysOf(followed: FollowedTable | undefined): string {
  if (!followed) return '';
  const {columns, keyColumns} = followed.table;
  return JSON.stringify([columns, keyColumns], (name, value: unknown) =>
    name === 'collation' ? undefined : value,
  );
}

/** A text that two descriptions share when the stream of one can be read by the other. */
export function shapesOf(tables: readonly FollowedTable[]): string {
  return JSON.stringify(tables);
}
