import type {Type} from '../../../data/type.ts';
import type {Overload} from '../overload.ts';
import {problems} from '../problems.ts';
import {type Match, type Matcher, matcherOf, matchesIn} from '../regular-match.ts';
import {defineTyped} from './define.ts';
import {remembered} from './pattern.ts';

interface Flags {
  readonly folded: boolean;
  readonly all: boolean;
}

function readFlags(name: string, text: string): Flags {
  if (!/^[gic]*$/.test(text)) {
    throw problems['sql-value']({
      message: `${name} takes the flags g, i and c, not "${text}"`,
      hint: 'write classes and anchors instead of the flags n, s, m and x',
    });
  }
  // The last of i and c counts.
  return {folded: /i[^c]*$/.test(text), all: text.includes('g')};
}

/** The matcher of a pattern and flags; the last pattern is remembered. */
function matchers(name: string, [type]: readonly Type[]) {
  const letters = type?.collation?.letters ?? 'single';
  const make = (folded: boolean) =>
    remembered((pattern: string) => matcherOf(pattern, {folded, letters}));
  const [exact, folding] = [make(false), make(true)];
  return (pattern: string, flags: string): {matcher: Matcher; all: boolean} => {
    const {folded, all} = readFlags(name, flags);
    return {matcher: (folded ? folding : exact)(pattern), all};
  };
}

/** `\\1` … `\\9` and `\\&` stand for what was matched; any other backslash for itself. */
const replacement = (by: string, {groups}: Match): string =>
  by.replace(/\\([1-9&\\])/g, (_, mark: string) =>
    mark === '\\' ? '\\' : ((mark === '&' ? groups[0] : groups[Number(mark)]) ?? ''),
  );

const replaced = (types: readonly Type[]) => {
  const of = matchers('regexp_replace', types);
  return (text: string, pattern: string, by: string, flags = ''): string => {
    const {matcher, all} = of(pattern, flags);
    let result = '';
    let at = 0;
    for (const match of matchesIn(matcher, text)) {
      result += text.slice(at, match.start) + replacement(by, match);
      at = match.end;
      if (!all) break;
    }
    return result + text.slice(at);
  };
};

/** What the brackets matched, or all of it where there are none. */
const matched = (types: readonly Type[]) => {
  const of = matchers('regexp_match', types);
  return (text: string, pattern: string, flags = ''): readonly (string | null)[] | null => {
    const {matcher, all} = of(pattern, flags);
    if (all) {
      throw problems['sql-value']({message: 'regexp_match does not take the flag g'});
    }
    const groups = matcher.find(text, 0)?.groups;
    if (!groups) return null;
    return (matcher.grouped ? groups.slice(1) : groups).map((group) => group ?? null);
  };
};

/** substring(text from pattern): the first brackets, or all of it. */
const cut = (types: readonly Type[]) => {
  const of = matchers('substring', types);
  return (text: string, pattern: string): string | null => {
    const {matcher} = of(pattern, '');
    const groups = matcher.find(text, 0)?.groups;
    return groups?.[matcher.grouped ? 1 : 0] ?? null;
  };
};

const whole = (types: readonly Type[]) => {
  const of = matchers('regexp_substr', types);
  return (text: string, pattern: string): string | null =>
    of(pattern, '').matcher.find(text, 0)?.groups[0] ?? null;
};

const counted = (types: readonly Type[]) => {
  const of = matchers('regexp_count', types);
  return (text: string, pattern: string): number =>
    [...matchesIn(of(pattern, '').matcher, text)].length;
};

/** Between matches; empty ones at an end or right behind another do not part anything. */
const split = (types: readonly Type[]) => {
  const of = matchers('regexp_split_to_array', types);
  return (text: string, pattern: string, flags = ''): readonly string[] => {
    const parts: string[] = [];
    let at = 0;
    for (const {start, end} of matchesIn(of(pattern, flags).matcher, text)) {
      const empty = start === end;
      if (empty && (start === 0 || start === text.length || start === at)) continue;
      parts.push(text.slice(at, start));
      at = end;
    }
    return [...parts, text.slice(at)];
  };
};

const likeWithFlags = (types: readonly Type[]) => {
  const of = matchers('regexp_like', types);
  return (text: string, pattern: string, flags: string): boolean =>
    of(pattern, flags).matcher.find(text, 0) !== undefined;
};

/** Functions that take texts apart by regular expressions. */
export const regexp = (): readonly Overload[] => [
  defineTyped('regexp_replace(text, text, text) text', replaced),
  defineTyped('regexp_replace(text, text, text, text) text', replaced),
  defineTyped('regexp_match(text, text) text[]', matched),
  defineTyped('regexp_match(text, text, text) text[]', matched),
  defineTyped('regexp_like(text, text, text) bool', likeWithFlags),
  defineTyped('regexp_count(text, text) int4', counted),
  defineTyped('regexp_substr(text, text) text', whole),
  defineTyped('regexp_split_to_array(text, text) text[]', split),
  defineTyped('regexp_split_to_array(text, text, text) text[]', split),
  defineTyped('substring(text, text) text', cut),
];
