/** The maps of a store's file. */
export const MAP_NAMES = ['facts', 'journal', 'events', 'segments', 'pages'] as const;
export type MapName = (typeof MAP_NAMES)[number];

/** A number, or a number and the number of a part; of facts a name. */
export type RecordKey = number | [number, number];
export type MapKey = RecordKey | string;

/** What is to stand at a key; undefined: nothing. */
export interface MapChange {
  readonly map: MapName;
  readonly key: MapKey;
  readonly bytes: Uint8Array | undefined;
}

/** Ordered maps of bytes in one file. */
export interface MapFile {
  get(map: MapName, key: MapKey): Buffer | undefined;
  /** In their order. */
  keys(map: MapName): Iterable<MapKey>;
  /** From now on `get` sees what other processes have written. */
  refresh(): void;
  /**
   * Makes all changes or none; they are on disk when it returns. `guard` is called when
   * nobody else can write any more, and may throw to make none.
   * Throws `store-write-failed`.
   */
  write(changes: readonly MapChange[], guard: () => void): void;
  readonly bytes: number;
  close(): Promise<void>;
}
