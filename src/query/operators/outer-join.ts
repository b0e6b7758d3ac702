import type {Edit} from '../../data/delta.ts';
import type {Key} from '../../data/key.ts';
import type {Row} from '../../data/value.ts';
import {eachEdit} from './each-edit.ts';
import {JoinIndex} from './join-index.ts';
import type {BinaryOperator} from './operator.ts';
import {
  type KeptIdentity,
  OuterIdentity,
  otherAlone,
  recalledIdentity,
  singleIdentity,
} from './outer-identity.ts';
import {type OperatorMemory, rowMemory} from './row-memory.ts';
import {compareKeys} from './sort.ts';

/** What an outer join is told: the kept side's rows are never lost. */
export interface OuterJoinSpec {
  readonly keptKey: (row: Row) => Key | null;
  readonly otherKey: (row: Row) => Key | null;
  /** The row of a pair; undefined where the residual predicate does not hold for it. */
  readonly pair: (kept: Row, other: Row) => Row | undefined;
  /** A kept row beside nulls. */
  readonly lone: (kept: Row) => Row;
  /** FULL JOIN: a row of the other side beside nulls. */
  readonly otherLone: ((other: Row) => Row) | undefined;
  /** Whether a kept row meets one other at most: its rows have its own identity then. */
  readonly single?: boolean;
}

interface Kept {
  readonly key: Key;
  row: Row;
  matches: number;
  /** How many it has met since it was lone. */
  met: number;
  readonly identity: KeptIdentity;
}

/** Of a row that was recalled it is not known how many it has met: more than the one there is. */
const SEVERAL = 2;

interface Other {
  readonly key: Key;
  row: Row;
  matches: number;
}

/**
 * LEFT, RIGHT and FULL JOIN: pairs as an inner join has them, and each kept row that meets
 * nothing once, beside nulls. The identities are `outer-identity.ts`'s: going from nulls
 * to the first match and back is an update.
 *
 * Both sides are remembered by join key, kept rows with NULL in theirs too, and each row
 * with its number of matches. As in `inner-join.ts`, the other side's edits come first.
 *
 * Which of several matches came first is remembered beside the rows, for restarts.
 */
export function outerJoin(spec: OuterJoinSpec, max?: number): BinaryOperator {
  const running = new OuterJoin(spec, max);
  return {
    push: (kept, others) => {
      const output: Edit[] = [];
      eachEdit(others, (edit) => running.other(edit, output));
      eachEdit(kept, (edit) => running.kept(edit, output));
      running.settle();
      return output;
    },
    memory: spec.single ? undefined : running.memory,
    get size() {
      return running.size;
    },
  };
}

class OuterJoin {
  readonly #spec: OuterJoinSpec;
  readonly #kept: JoinIndex<Kept>;
  readonly #others: JoinIndex<Other>;
  /** What is to be remembered of the kept rows' identities: of few of them. */
  readonly #texts = new Map<Key, string>();
  readonly #memory = rowMemory({
    keys: () => this.#texts.keys(),
    textOf: (key) => this.#texts.get(key),
  });

  constructor(spec: OuterJoinSpec, max: number | undefined) {
    this.#spec = spec;
    this.#kept = new JoinIndex(max);
    this.#others = new JoinIndex(max);
  }

  get size(): number {
    return this.#kept.size + this.#others.size;
  }

  get memory(): OperatorMemory {
    return this.#memory;
  }

  /** The first step is over. */
  settle(): void {
    this.#memory.settle();
  }

  kept({key, before, after}: Edit, output: Edit[]): void {
    const {keptKey} = this.#spec;
    if (before && after) this.#keptChanges(key, {before, after}, output);
    else if (after) {
      const joinKey = keptKey(after);
      const recalled = this.#memory.take(key);
      const identity = this.#identityOf(key, recalled);
      const held: Kept = {key, row: after, matches: 0, met: 0, identity};
      this.#kept.add(joinKey, held);
      this.#keptComes(held, {joinKey, recalled: recalled !== undefined}, output);
      this.#remember(key, identity.memory(held.met), recalled);
    } else if (before) {
      const joinKey = keptKey(before);
      this.#keptGoes(this.#kept.remove(joinKey, key), joinKey, output);
      this.#remember(key, undefined);
    }
  }

  #identityOf(key: Key, recalled: string | undefined): KeptIdentity {
    if (this.#spec.single) return singleIdentity(key);
    return recalled === undefined ? new OuterIdentity(key) : recalledIdentity(key, recalled);
  }

  /**
   * As if it came alone and then met its matches, but without saying the first half. One that
   * was recalled has met them already.
   */
  #keptComes(
    held: Kept,
    {joinKey, recalled}: {joinKey: Key | null; recalled: boolean},
    output: Edit[],
  ): void {
    const {pair, lone} = this.#spec;
    this.#eachOther(joinKey, (other) => {
      const after = pair(held.row, other.row);
      if (!after) return;
      held.matches += 1;
      const {identity} = held;
      const first = held.matches === 1 && !recalled;
      const key = first ? identity.first(other.key) : identity.of(other.key);
      output.push({key, before: undefined, after});
      this.#otherMeets(other, output);
    });
    held.met = recalled && held.matches > 0 ? SEVERAL : held.matches;
    if (held.matches > 0) return;
    output.push({key: held.identity.lone(), before: undefined, after: lone(held.row)});
  }

  #keptGoes(held: Kept, joinKey: Key | null, output: Edit[]): void {
    const {pair, lone} = this.#spec;
    if (held.matches === 0) {
      output.push({key: held.identity.lone(), before: lone(held.row), after: undefined});
      return;
    }
    this.#eachOther(joinKey, (other) => {
      const before = pair(held.row, other.row);
      if (!before) return;
      output.push({key: held.identity.of(other.key), before, after: undefined});
      this.#otherLeaves(other, output);
    });
  }

  /** Pairs that stay are updated, then those that end go, and those that begin come. */
  #keptChanges(key: Key, {before, after}: {before: Row; after: Row}, output: Edit[]): void {
    const {keptKey, pair, lone} = this.#spec;
    const from = keptKey(before);
    const to = keptKey(after);
    const held = this.#kept.remove(from, key);
    held.row = after;
    this.#kept.add(to, held);
    if (held.matches === 0) {
      output.push({key: held.identity.lone(), before: lone(before), after: lone(after)});
    }
    const coming: (() => void)[] = [];
    const come = (other: Other, is: Row): void => {
      this.#match(held, {other: other.key, row: is}, output);
      this.#otherMeets(other, output);
    };
    this.#eachOther(from, (other) => {
      const was = pair(before, other.row);
      const is = from === to ? pair(after, other.row) : undefined;
      if (was && is) output.push({key: held.identity.of(other.key), before: was, after: is});
      else if (is) coming.push(() => come(other, is));
      else if (was) {
        this.#unmatch(held, {other: other.key, row: was}, output);
        this.#otherLeaves(other, output);
      }
    });
    for (const comes of coming) comes();
    if (from === to) return;
    this.#eachOther(to, (other) => {
      const is = pair(after, other.row);
      if (is) come(other, is);
    });
  }

  other({key, before, after}: Edit, output: Edit[]): void {
    const {otherKey, pair, otherLone} = this.#spec;
    const from = before ? otherKey(before) : null;
    const to = after ? otherKey(after) : null;
    const held = before && from !== null ? this.#others.remove(from, key) : undefined;
    const wasLone = before && (held?.matches ?? 0) === 0;
    const next: Other = {key, row: after ?? [], matches: 0};
    const stays = from === to;
    if (before && from !== null) {
      this.#kept.each(from, (kept) => {
        const was = pair(kept.row, before);
        const is = stays && after ? pair(kept.row, after) : undefined;
        if (is) next.matches += 1;
        if (was && is) output.push({key: kept.identity.of(key), before: was, after: is});
        else if (was) this.#unmatch(kept, {other: key, row: was}, output);
        else if (is) this.#match(kept, {other: key, row: is}, output);
      });
    }
    if (after && to !== null) {
      this.#others.add(to, next);
      if (!(before && stays)) {
        this.#kept.each(to, (kept) => {
          const is = pair(kept.row, after);
          if (!is) return;
          next.matches += 1;
          this.#match(kept, {other: key, row: is}, output);
        });
      }
    }
    if (!otherLone) return;
    const was = before && wasLone ? otherLone(before) : undefined;
    const is = after && next.matches === 0 ? otherLone(after) : undefined;
    if (was || is) output.push({key: otherAlone(key), before: was, after: is});
  }

  #match(kept: Kept, {other, row}: {other: Key; row: Row}, output: Edit[]): void {
    kept.matches += 1;
    kept.met += 1;
    if (kept.matches > 1) {
      output.push({key: kept.identity.of(other), before: undefined, after: row});
    } else {
      const before = this.#spec.lone(kept.row);
      output.push({key: kept.identity.first(other), before, after: row});
    }
    this.#noteIdentity(kept);
  }

  #unmatch(kept: Kept, {other, row}: {other: Key; row: Row}, output: Edit[]): void {
    kept.matches -= 1;
    if (kept.matches > 0) {
      output.push({key: kept.identity.of(other), before: row, after: undefined});
    } else {
      const after = this.#spec.lone(kept.row);
      output.push({key: kept.identity.last(other), before: row, after});
      kept.met = 0;
    }
    this.#noteIdentity(kept);
  }

  #noteIdentity({key, met, identity}: Kept): void {
    this.#remember(key, identity.memory(met));
  }

  /** `known` is what whoever keeps the memory has of the row. */
  #remember(key: Key, text: string | undefined, known = this.#texts.get(key)): void {
    if (text === undefined) this.#texts.delete(key);
    else this.#texts.set(key, text);
    if (text !== known) this.#memory.touch(key);
  }

  /** In the order of their keys: identities follow from rows, not from who came when. */
  #eachOther(joinKey: Key | null, visit: (other: Other) => void): void {
    if (joinKey === null) return;
    const others: Other[] = [];
    this.#others.each(joinKey, (other) => others.push(other));
    if (others.length > 1) others.sort((a, b) => compareKeys(a.key, b.key));
    for (const other of others) visit(other);
  }

  /** A row of the other side, told by the kept side's edits that it meets one more. */
  #otherMeets(other: Other, output: Edit[]): void {
    const {otherLone} = this.#spec;
    other.matches += 1;
    if (!otherLone || other.matches !== 1) return;
    output.push({key: otherAlone(other.key), before: otherLone(other.row), after: undefined});
  }

  #otherLeaves(other: Other, output: Edit[]): void {
    const {otherLone} = this.#spec;
    other.matches -= 1;
    if (!otherLone || other.matches !== 0) return;
    output.push({key: otherAlone(other.key), before: undefined, after: otherLone(other.row)});
  }
}
