import type {Value} from '../../data/value.ts';
import {isList} from '../cypher/values/any.ts';
import {boxJson} from '../cypher/values/json.ts';
import {CypherMap} from '../cypher/values/map.ts';

/**
 * jq, as it is handed in: it runs a program over many JSON texts at once, since a run costs
 * far more than a text. Waits for nothing but its own limit of time, and sees no files,
 * environment or clock (`jqProgram` hides what jq itself has of that).
 */
export interface Jq {
  /** What is wrong with a program's text; undefined where it can be run. */
  check(program: string): string | undefined;
  /** A JSON text for each input, in order; or why there are none. */
  run(program: string, inputs: readonly string[]): JqAnswer;
}

export type JqAnswer =
  | {readonly kind: 'answers'; readonly texts: readonly string[]}
  | {readonly kind: 'failed'; readonly why: string};

/** One of the mistakes that jq finds in a program. */
export interface JqMistake {
  /** On one line. */
  readonly what: string;
  /** With the line it is in, and a mark below. */
  readonly detail: string;
  /** From 1, where jq says so. */
  readonly within: {readonly line: number; readonly column: number} | undefined;
}

/** What `check` answers, mistake by mistake: each has a line, and then what it looks like. */
export function jqMistakes(said: string, program: string): readonly JqMistake[] {
  const lines = program.split('\n');
  return said.split(/\n(?! )/).map((one) => {
    const [first = '', ...picture] = one.split('\n');
    const [, what = first, at, bytes] =
      /^(.*) at <top-level>, line (\d+), column (\d+):?$/.exec(first) ?? [];
    if (at === undefined) return {what, detail: picture.join('\n'), within: undefined};
    const line = Number(at);
    const before = charactersIn(lines[line - 1] ?? '', Number(bytes) - 1);
    const marked = picture.map((shown) =>
      /^ *\^+$/.test(shown) ? shown.slice(Number(bytes) - 1 - before) : shown,
    );
    const column = before + 1;
    const detail = [`It is in line ${line}, column ${column} of the program:`, ...marked];
    return {what, detail: detail.join('\n'), within: {line, column}};
  });
}

/** jq counts columns in bytes of UTF-8: how many units of UTF-16 so many of them are. */
function charactersIn(line: string, bytes: number): number {
  let units = 0;
  let counted = 0;
  for (const character of line) {
    if (counted >= bytes) return units;
    const code = character.codePointAt(0) ?? 0;
    counted += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    units += character.length;
  }
  return units + Math.max(0, bytes - counted);
}

/** What a jq program makes of a row: objects, each with the id that a second one names. */
export interface JqMapping {
  readonly query: string;
  readonly id: string | undefined;
}

/** One of the objects that a row becomes. */
export interface JqItem {
  readonly item: CypherMap;
  readonly id: Value;
}

/** What is no function of the row, and so could not be taken back when the row goes. */
const HIDDEN = [
  ...['now', 'input', 'inputs', 'halt', 'halt_error', 'halt_error(f)', 'env', 'input_filename'],
  ...['input_line_number', 'get_search_list', 'modulemeta', 'localtime', 'strflocaltime(f)'],
];

const PRELUDE = HIDDEN.map((name) => {
  const said = name.replace(/\(.*/, '');
  return `def ${name}: error("${said} is not there: what comes of a row follows from the row");`;
}).join(' ');

/**
 * The program that is run for a mapping: one line an input, `{ok: [{item, id}]}` or
 * `{error}`. A line break ends a comment, unless a backslash stands before it: hence two.
 */
export function jqProgram({query, id}: JqMapping): string {
  const ided = id === undefined ? 'null' : `[(${id}\n\n)][0]`;
  const each = `(${query}\n\n) | if type == "array" then .[] else . end | {item: ., id: (${ided})}`;
  const failed = '{error: (if type == "string" then . else tojson end)}';
  return `${PRELUDE} {} as $ENV | try {ok: [${each}]} catch ${failed}`;
}

/** What a line of such a program says. */
export function jqItems(line: string): readonly JqItem[] | {readonly wrong: string} {
  const answer = boxJson(line);
  const ok = answer instanceof CypherMap ? answer.get('ok') : null;
  if (!isList(ok)) {
    const error = answer instanceof CypherMap ? answer.get('error') : null;
    return {wrong: typeof error === 'string' ? error : 'it answers what cannot be read'};
  }
  const items: JqItem[] = [];
  for (const one of ok) {
    const item = one instanceof CypherMap ? one.get('item') : null;
    if (!(item instanceof CypherMap)) return {wrong: 'it answers what is no object'};
    items.push({item, id: one instanceof CypherMap ? one.get('id') : null});
  }
  return items;
}
