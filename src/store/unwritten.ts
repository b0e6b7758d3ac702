import {IN_MEMORY} from './disk-log.ts';
import {eventCharacters} from './memory-log.ts';
import type {Step} from './store.ts';
import {valueCharacters} from './value-size.ts';

/** Steps that were taken together, and who waits until they are on disk. */
export interface Taken {
  readonly steps: readonly Step[];
  readonly durable: () => void;
}

/**
 * Steps that were told and are not written yet, as they are between two writes of a store that
 * is told to wait with them. They are bounded by what they hold, and not by time alone: under
 * full load a second brings as much as there is.
 */
export interface Unwritten {
  add(taken: Taken): void;
  /** Whether they are to be written without waiting for more. */
  readonly full: boolean;
  readonly empty: boolean;
  /** All of them, in order; from then on there are none. */
  take(): readonly Taken[];
}

/** Rows and what else is for the disk alone: as much as the log holds of events. */
const ASIDE_CHARACTERS = IN_MEMORY.bytes;
/** Of objects that are no text: a step, a row that changed. */
const STEP_CHARACTERS = 256;
const EDIT_CHARACTERS = 64;

/** `eventBytes`: what the log holds of events. */
export function unwrittenSteps({eventBytes}: {readonly eventBytes: number}): Unwritten {
  // What is told and not written has to be in memory: half of that is little enough.
  const eventsMax = IN_MEMORY.events / 2;
  const charactersMax = Math.min(IN_MEMORY.bytes, eventBytes) / 2;
  let all: Taken[] = [];
  let events = 0;
  let characters = 0;
  let aside = 0;

  return {
    add(taken) {
      all.push(taken);
      for (const step of taken.steps) {
        events += step.events.length;
        for (const event of step.events) characters += eventCharacters(event);
        aside += asideCharacters(step);
      }
    },
    get full() {
      return events > eventsMax || characters > charactersMax || aside > ASIDE_CHARACTERS;
    },
    get empty() {
      return all.length === 0;
    },
    take() {
      const taken = all;
      all = [];
      events = 0;
      characters = 0;
      aside = 0;
      return taken;
    },
  };
}

/** About what a step holds besides its events. */
function asideCharacters({transaction, notes = [], memo = ''}: Step): number {
  let characters = STEP_CHARACTERS + memo.length;
  for (const delta of transaction?.changes.values() ?? []) {
    characters += EDIT_CHARACTERS * delta.length;
    for (const {before, after} of delta) {
      if (before) characters += valueCharacters(before);
      if (after) characters += valueCharacters(after);
    }
  }
  for (const note of notes) {
    characters += EDIT_CHARACTERS + (note.memo?.length ?? 0);
    for (const [key, text = ''] of note.memory ?? []) {
      characters += EDIT_CHARACTERS + key.length + text.length;
    }
  }
  return characters;
}
