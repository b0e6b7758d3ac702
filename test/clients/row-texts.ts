/**
 * Rows of a message as the texts that were sent, which checksums are made of; a parsed
 * `95.00` is that text no longer.
 */
export interface TextRow {
  readonly key: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** The rows of a message's lists, in the order in which `names` stand in its text. */
export function rowTexts(text: string, names: readonly string[]): Map<string, TextRow[]> {
  const lists = new Map<string, TextRow[]>();
  let at = 0;
  for (const name of names) {
    const head = `"${name}":[`;
    const begin = text.indexOf(head, at);
    if (begin < 0) continue;
    at = begin + head.length;
    const rows: TextRow[] = [];
    lists.set(name, rows);
    while (text[at] === '{') {
      const {row, end} = rowAt(text, at);
      rows.push(row);
      at = text[end] === ',' ? end + 1 : end;
    }
  }
  return lists;
}

function rowAt(text: string, at: number): {row: TextRow; end: number} {
  const keyAt = at + '{"key":'.length;
  let next = valueEnd(text, keyAt);
  const key = JSON.parse(text.slice(keyAt, next)) as string;
  const found: Record<string, string> = {};
  for (const name of ['before', 'after']) {
    const head = `,"${name}":`;
    if (!text.startsWith(head, next)) continue;
    const begin = next + head.length;
    next = valueEnd(text, begin);
    found[name] = text.slice(begin, next);
  }
  return {row: {key, before: found.before, after: found.after}, end: next + 1};
}

function valueEnd(text: string, at: number): number {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]|[^"[\]{}]+/y;
  token.lastIndex = at;
  for (let depth = 0; ; ) {
    const one = token.exec(text)?.[0] ?? '';
    if (one === '') throw new Error(`no value at ${at} of ${text.slice(at, at + 100)}`);
    if ('[{'.includes(one)) depth += 1;
    if (']}'.includes(one)) depth -= 1;
    if (depth === 0) return token.lastIndex;
  }
}
