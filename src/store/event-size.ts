import type {Event} from '../data/event.ts';

const SAMPLE_ROWS = 64;

/**
 * About how many characters the rows come to that an event adds, by some of them: it may have
 * a million, whose texts are made when they are read.
 */
export function aboutCharacters({added}: Pick<Event, 'added'>): number {
  const apart = Math.max(1, Math.floor(added.length / SAMPLE_ROWS));
  let sampled = 0;
  let characters = 0;
  for (let at = 0; at < added.length; at += apart) {
    sampled += 1;
    characters += added[at]!.after?.length ?? 0;
  }
  return sampled === 0 ? 0 : (characters / sampled) * added.length;
}
