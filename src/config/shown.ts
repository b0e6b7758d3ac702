import type {ScalarNode} from './node.ts';

const SHOWN_MAX = 60;

/**
 * A text of the file as a problem may quote it: short, and without what looks like a
 * password, since people do write `password:secret` without the space.
 */
export function shown(text: string): string {
  const masked = text
    .replaceAll(/(:\/\/)[^\s]*@/g, '$1…@')
    .replaceAll(/((?:pass|pwd|secret|token)\w*)[\s:=].*/gis, '$1…');
  return masked.length > SHOWN_MAX ? `${masked.slice(0, SHOWN_MAX)}…` : masked;
}

/** A value as a problem may quote it: what a variable held is not shown, only its name. */
export function shownValue(node: ScalarNode): string {
  return node.shownAs ?? `"${shown(node.text)}"`;
}
