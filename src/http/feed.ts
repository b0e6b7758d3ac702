/** What a client asked to see. Equal choices have equal keys, and are served together. */
export interface Choice {
  readonly key: string;
}

/** Why a client can't go on from the id it came back with. */
export type ResetReason = 'other-epoch' | 'too-old' | 'unknown-id';

export type Place =
  | {readonly kind: 'held'; readonly place: number}
  | {readonly kind: 'lost'; readonly reason: ResetReason};

/**
 * A log that clients read, each from a place of its own. Places count 1, 2, 3 …; a
 * client at a place has seen everything of its choice up to it.
 *
 * All methods answer at once, and two of them called in one turn see one state.
 */
export interface Feed<C extends Choice> {
  /** The newest place. */
  readonly last: number;
  /** The place that an id of ours stands for, or why nobody can go on from it. */
  placeOf(id: string): Place;
  idOf(place: number): string;
  /**
   * What a choice sees after a place, in a piece of limited size, and the place the piece
   * leads to; no bytes where nothing on the way concerns the choice. undefined: what
   * follows on the place is gone. Only called with a place before `last`.
   */
  read(after: number, choice: C): {readonly bytes: Buffer; readonly place: number} | undefined;
  /**
   * All that stands at `last`, in pieces; the last piece alone carries the id. The state
   * is taken by the call, however late the pieces are asked for.
   */
  snapshot(choice: C): Iterator<Buffer>;
  /** The data of a `reset` event. */
  reset(reason: ResetReason): string;
  /** The data of a `progress` event: how far the feed is, so that quiet is told from stuck. */
  progress(): string;
  /** Calls `listener` whenever `last` has moved; the answer ends it. */
  watch(listener: () => void): () => void;
}
