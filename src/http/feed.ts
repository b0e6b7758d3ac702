import type {Problem} from '../lib/problem.ts';

/** What a client asked to see. Equal choices have equal keys, and are served together. */
export interface Choice {
  readonly key: string;
}

/** Why a client can't go on from the place it was at. */
export type ResetReason = 'other-epoch' | 'too-old' | 'too-much' | 'unknown-id';

/**
 * A part of the log that is told by what it comes to, instead of all that stands in it:
 * everything after `from` up to `to`. What it comes to may be several events, in an order;
 * `sent` is how far one got in it: `from` at its beginning, `to` at its end.
 */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly sent: number;
}

export type Place =
  | {readonly kind: 'held'; readonly place: number}
  | {readonly kind: 'within'; readonly stretch: Stretch}
  | {readonly kind: 'lost'; readonly reason: ResetReason};

/** Who waits until a stretch is made. */
export interface Waiting {
  /** Whether it still does. */
  readonly open: boolean;
  ready(): void;
}

export type Net =
  /** The next piece of it, and how far it leads. */
  | {readonly kind: 'made'; readonly bytes: Buffer; readonly sent: number}
  /** It takes more than a turn to make: who asked is told when it is there. */
  | {readonly kind: 'making'}
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
  /** What whoever is at a place is told in short; undefined: they are to read on. */
  stretch(after: number, choice: C): Stretch | undefined;
  /** What a stretch comes to, after what was sent of it. */
  net(stretch: Stretch, choice: C, waiting: Waiting): Net;
  /**
   * All that stands at `last`, in pieces; the last piece alone carries the id. The state
   * is taken by the call, however late the pieces are asked for.
   */
  snapshot(choice: C): Iterator<Buffer>;
  /** Why a choice's snapshot is too large to be sent; undefined: it is not. */
  tooLarge(choice: C): Problem | undefined;
  /**
   * What a `reset` event says, and an id that is lost for the same reason: whoever is cut off
   * before the snapshot's end has nothing that it could go on from, whatever id it had.
   */
  reset(reason: ResetReason): {readonly id: string; readonly data: string};
  /**
   * The data of a `progress` event: how far the feed is, so that quiet is told from stuck.
   * `beat` counts them.
   */
  progress(choice: C, beat: number): string;
  /** Calls `listener` whenever `last` has moved; the answer ends it. */
  watch(listener: () => void): () => void;
  /**
   * Names what is not well with a choice: `progress` says what. Empty: nothing. Each client
   * is told when it has become another one.
   */
  condition(choice: C): string;
  /** Calls `listener` whenever conditions may have changed; the answer ends it. */
  watchConditions(listener: () => void): () => void;
}
