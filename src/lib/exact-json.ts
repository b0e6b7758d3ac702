/** A number as it stood in the text, with all its digits. */
export class NumberText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

/** JSON without the loss: numbers keep their digits, members their order. */
export type ExactJson =
  | null
  | boolean
  | string
  | NumberText
  | readonly ExactJson[]
  | ReadonlyMap<string, ExactJson>;

const SPACE = /[ \t\r\n]*/y;
const TOKEN = /[{}[\],:]|"[^"\\]*(?:\\.[^"\\]*)*"|-?\d[\d.eE+-]*|true|false|null/y;

/** Reads a JSON text, which must be one; of two members with one name the last counts. */
export function readExactJson(text: string): ExactJson {
  let at = 0;
  let token = '';

  function advance(): void {
    SPACE.lastIndex = at;
    SPACE.exec(text);
    TOKEN.lastIndex = SPACE.lastIndex;
    token = TOKEN.exec(text)?.[0] ?? '';
    at = SPACE.lastIndex + token.length;
  }

  function take(expected: string): void {
    if (token !== expected) throw new SyntaxError(`no "${expected}" before position ${at}`);
    advance();
  }

  function value(): ExactJson {
    const first = token;
    advance();
    switch (first) {
      case '{':
        return object();
      case '[':
        return array();
      case 'null':
        return null;
      case 'true':
      case 'false':
        return first === 'true';
      default:
        if (first.startsWith('"')) return JSON.parse(first) as string;
        if (/^[-\d]/.test(first)) return new NumberText(first);
        throw new SyntaxError(`no JSON value before position ${at}`);
    }
  }

  function array(): ExactJson {
    const items: ExactJson[] = [];
    while (token !== ']') {
      if (items.length > 0) take(',');
      items.push(value());
    }
    advance();
    return items;
  }

  function object(): ExactJson {
    const members = new Map<string, ExactJson>();
    while (token !== '}') {
      if (members.size > 0 && token === ',') advance();
      const name = JSON.parse(token) as string;
      advance();
      take(':');
      members.set(name, value());
    }
    advance();
    return members;
  }

  advance();
  const read = value();
  if (token !== '') throw new SyntaxError(`more than one JSON value at position ${at}`);
  return read;
}

/** Writes what was read, without spaces and with the same digits. */
export function writeExactJson(value: ExactJson): string {
  if (value instanceof NumberText) return value.text;
  if (value instanceof Map) {
    const members = Array.from(value, ([name, member]) => {
      return `${JSON.stringify(name)}:${writeExactJson(member)}`;
    });
    return `{${members.join(',')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(writeExactJson).join(',')}]`;
  return JSON.stringify(value);
}
