import {problems} from './problems.ts';
import {compiled, flagsOf, type Reading, translated} from './regular-expression.ts';

export interface Match {
  readonly start: number;
  readonly end: number;
  /** What each pair of brackets matched; the whole match is the first. */
  readonly groups: readonly (string | undefined)[];
}

export interface Matcher {
  /** The first match from a position on. */
  find(text: string, from: number): Match | undefined;
  /** Whether the pattern has brackets that are counted. */
  readonly grouped: boolean;
}

/**
 * Finds what Postgres finds: of the matches that begin first the longest one (the shortest,
 * where all repetitions are lazy), which JavaScript's first choice need not be.
 */
export function matcherOf(pattern: string, reading: Reading): Matcher {
  const {source, choosing, mixed, lazy, looping} = translated(pattern, reading);
  if (looping) {
    throw problems['sql-value']({
      message: `the regular expression "${pattern}" repeats brackets that may match nothing`,
      hint: 'write (?:…) for brackets whose match is not asked for',
    });
  }
  if (mixed) {
    throw problems['sql-value']({
      message: `the regular expression "${pattern}" has lazy repetitions beside others`,
      hint: 'write all of them with ?, or none',
    });
  }
  const flags = flagsOf(reading);
  const first = compiled(source, `${flags}g`, pattern);

  /** A match at the same place that ends later (lazy: earlier). */
  function better(text: string, {start, end}: Match): Match | undefined {
    const taken = Array.from(text.slice(0, end)).length;
    if (lazy ? end === start : end === text.length) return undefined;
    const bound = lazy ? `{0,${taken - 1}}` : `{${taken + 1},}`;
    const longer = compiled(`(?:${source})(?<=^[^]${bound})`, `${flags}y`, pattern);
    return matchAt(longer, text, start);
  }

  return {
    grouped: new RegExp(`${source}|`, 'u').exec('')!.length > 1,
    find(text, from) {
      let found = matchAt(first, text, from);
      while (found && (choosing || lazy)) {
        const next = better(text, found);
        if (!next) break;
        found = next;
      }
      return found;
    },
  };
}

function matchAt(expression: RegExp, text: string, from: number): Match | undefined {
  expression.lastIndex = from;
  const found = expression.exec(text);
  return found
    ? {start: found.index, end: found.index + found[0].length, groups: [...found]}
    : undefined;
}

/** All matches one after the other, empty ones too. */
export function* matchesIn(matcher: Matcher, text: string): Generator<Match> {
  let from = 0;
  while (from <= text.length) {
    const found = matcher.find(text, from);
    if (!found) return;
    yield found;
    from = found.end > found.start ? found.end : found.end + stepAt(text, found.end);
  }
}

/** How many units the character at a position has. */
const stepAt = (text: string, at: number): number => ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
