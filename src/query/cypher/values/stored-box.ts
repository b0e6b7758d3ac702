/** How a boxed value of openCypher is stored: what it is, then its parts. See `revive.ts`. */
export type StoredBox = readonly [kind: StoredKind, ...parts: unknown[]];

export type StoredKind = 'float' | 'map' | 'node' | 'relationship' | 'path' | 'moment' | 'duration';
