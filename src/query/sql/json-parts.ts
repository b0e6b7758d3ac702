/**
 * The parts of a JSON text as they stand in it, without reading what is inside of them:
 * Postgres's `->` on json answers them so, and a part of a jsonb text is itself one.
 */

/** The members of an object; undefined for what is none. Of equal names the last counts. */
export function jsonMembers(text: string): ReadonlyMap<string, string> | undefined {
  const parts = partsOf(text, '{');
  if (!parts) return undefined;
  const members = new Map<string, string>();
  for (const part of parts) {
    const end = stringEnd(part, 0);
    const name = JSON.parse(part.slice(0, end)) as string;
    members.set(name, part.slice(part.indexOf(':', end) + 1).trim());
  }
  return members;
}

/** The elements of an array; undefined for what is none. */
export const jsonElements = (text: string): readonly string[] | undefined => partsOf(text, '[');

/** What stands between the commas of the outermost brackets. */
function partsOf(text: string, opening: '{' | '['): string[] | undefined {
  const body = text.trim();
  if (!body.startsWith(opening)) return undefined;
  const parts: string[] = [];
  let depth = 0;
  let start = 1;
  for (let at = 0; at < body.length; at++) {
    const sign = body[at];
    if (sign === '"') at = stringEnd(body, at) - 1;
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') {
      depth -= 1;
      if (depth === 0) parts.push(body.slice(start, at).trim());
    } else if (sign === ',' && depth === 1) {
      parts.push(body.slice(start, at).trim());
      start = at + 1;
    }
  }
  return parts.length === 1 && parts[0] === '' ? [] : parts;
}

/** The position after the string that begins at `start`. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}
