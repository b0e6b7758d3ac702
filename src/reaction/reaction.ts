import type {Problem} from '../lib/problem.ts';

/**
 * Someone who is told what changed. A reaction keeps its own place in the event log and
 * reads on from there; what goes wrong with it stays with it.
 */
export interface Reaction {
  readonly id: string;
  readonly kind: 'sse' | 'log';
  readonly queries: readonly string[];
  status(): ReactionStatus;
  /** Never rejects for what a user can cause: the status says it. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

export type ReactionState =
  | {readonly kind: 'stopped'}
  | {readonly kind: 'running'}
  | {readonly kind: 'failed'; readonly problem: Problem};

export interface ReactionStatus {
  readonly state: ReactionState;
  /** All events up to this one were given out; for streams, to every client. */
  readonly sequence: number;
  /** Events that were not yet. */
  readonly lagEvents: number;
  /** Age of the oldest of them; 0 when there is none. */
  readonly lagMs: number;
  /** Streams: how many are connected. */
  readonly clients?: number;
  /** Streams: where they listen, the port as the system gave it. */
  readonly address?: {readonly host: string; readonly port: number; readonly path: string};
  /** Things that work, and that the user should know of. */
  readonly warnings: readonly Problem[];
}
