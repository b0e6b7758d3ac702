import {nearest} from '../../lib/nearest.ts';
import {sqlTokens, type Token} from './tokens.ts';

/** What is to be written instead, and a better place for it than the parser's, where there is one. */
export interface SyntaxHint {
  readonly hint: string | undefined;
  readonly at?: number;
}

/** The text around the place at which Postgres's grammar could go no further. */
interface Around {
  /** The tokens before it, the last one first. */
  readonly before: readonly Token[];
  /** Empty at the end. */
  readonly here: string;
  readonly next: string;
  /** The innermost parenthesis that is open there. */
  readonly open: {readonly token: Token; readonly query: boolean} | undefined;
  /** Those of its level, from the SELECT on, in capitals: `SELECT`, `FROM`, `JOIN`… */
  readonly words: readonly string[];
}

const CLAUSES = ['FROM', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'OFFSET', 'UNION'];
const FURTHER = ['SELECT', 'JOIN', 'INNER', 'LEFT'];
const OPERATOR = /^(?:[-+*/<>=~!@#%^&|]+|AND|OR|NOT|LIKE|ILIKE|IN|BETWEEN|IS|WHEN|THEN|ELSE)$/;
/** Words that Postgres takes for a name only in quotes, and people have as one. */
const RESERVED =
  /^(?:ALL|ANALYSE|ANALYZE|AND|ANY|ARRAY|AS|ASC|BOTH|CASE|CAST|CHECK|COLUMN|CONSTRAINT|DEFAULT|DESC|DISTINCT|DO|ELSE|END|EXCEPT|FETCH|FOR|FOREIGN|GRANT|GROUP|IN|INTO|LEADING|LIMIT|NOT|OFFSET|ON|ONLY|OR|ORDER|PRIMARY|REFERENCES|SOME|TABLE|THEN|TO|TRAILING|UNIQUE|USING|VARIADIC|WHEN|WINDOW)$/;

/** Of a syntax error at `position`, in UTF-16 units, of which Postgres says `message`. */
export function syntaxHint(text: string, message: string, position: number): SyntaxHint {
  if (message.startsWith('unterminated quoted string')) {
    return {hint: "close it with '; a ' within a text is doubled: 'it''s'"};
  }
  if (message.startsWith('unterminated quoted identifier')) return {hint: 'close it with "'};
  if (message.startsWith('unterminated /*')) return {hint: 'close it with */'};
  if (message.startsWith('LIMIT #,#')) return {hint: 'write LIMIT count OFFSET start'};
  const tokens = sqlTokens(text);
  const at = tokens.findIndex(({start}) => start >= position);
  const before = tokens.slice(0, at < 0 ? undefined : at);
  const around = aroundOf(before, tokens[before.length]?.text, tokens[before.length + 1]?.text);
  const last = before.at(-1);
  const end =
    message.endsWith('end of input') && last ? {at: last.start + last.text.length} : undefined;
  return {hint: RULES.map((rule) => rule(around)).find((hint) => hint !== undefined), ...end};
}

function aroundOf(tokens: readonly Token[], here = '', next = ''): Around {
  const levels: {open: Token | undefined; words: string[]}[] = [{open: undefined, words: []}];
  for (const token of tokens) {
    if (token.text === '(') levels.push({open: token, words: []});
    else if (token.text === ')') levels.splice(1, Infinity, ...levels.slice(1, -1));
    else levels.at(-1)?.words.push(token.text.toUpperCase());
  }
  const {open, words = []} = levels.at(-1) ?? {open: undefined};
  const query = /^(?:SELECT|WITH|VALUES|TABLE)$/.test(words[0] ?? '');
  const before = tokens.toReversed();
  return {before, here, next, open: open && {token: open, query}, words};
}

const upper = (token: Token | undefined): string => token?.text.toUpperCase() ?? '';
const isWord = (text: string): boolean => /^[A-Za-z_\u0080-\uffff]/.test(text);
/** Whether the word there begins a clause, and is no name in the place of one. */
const beginsClause = ({here, next}: Around): boolean => {
  const word = here.toUpperCase();
  const by = word === 'GROUP' || word === 'ORDER';
  return CLAUSES.includes(word) && (!by || next.toUpperCase() === 'BY');
};

/** The first that knows something says it. */
const RULES: readonly ((around: Around) => string | undefined)[] = [
  ({before: [last, first], here}) => {
    if (last || first || !isWord(here)) return undefined;
    if (/^(?:MATCH|OPTIONAL|UNWIND)$/i.test(here)) return 'set queryLanguage: GQL for this query';
    const near = nearest(here, ['SELECT', 'WITH', 'VALUES']);
    return near === undefined ? 'a query begins with SELECT or WITH' : `did you mean ${near}?`;
  },
  ({here}) => (here.startsWith('#') ? 'a comment begins with --' : undefined),
  ({before, here}) =>
    [here, ...before.map(({text}) => text)].includes('`')
      ? 'names are quoted with ", texts with \''
      : undefined,
  ({here}) =>
    here === ':' || here === '?' ? 'write the value itself: there are no parameters' : undefined,
  ({before: [last, first], here}) =>
    upper(last) === 'TOP' && upper(first) === 'SELECT'
      ? `write LIMIT ${/^\d+$/.test(here) ? here : 'count'} at the end of the query`
      : undefined,
  ({before: [last]}) =>
    /^(?:ORDER|GROUP)$/.test(upper(last)) ? `write ${upper(last)} BY` : undefined,
  ({before: [last], here}) =>
    upper(last) === 'IN' && here !== '(' ? 'write the values in parentheses: IN (1, 2)' : undefined,
  (around) =>
    upper(around.before[0]) === ',' && (around.here === ')' || beginsClause(around))
      ? `remove the comma before ${around.here}`
      : undefined,
  (around) => {
    const [last] = around.before;
    if (!OPERATOR.test(upper(last))) return undefined;
    const ends = around.here === '' || /^[),;]$/.test(around.here) || beginsClause(around);
    return ends ? `a value is missing behind "${last?.text}"` : undefined;
  },
  (around) => {
    const [last] = around.before;
    if (!/^(?:FROM|JOIN)$/.test(upper(last))) return undefined;
    const ends = around.here === '' || beginsClause(around);
    return ends ? `a table is missing behind ${upper(last)}` : undefined;
  },
  ({before: [last], here}) =>
    here === '' && /^(?:WHERE|HAVING|ON|BY|SELECT|LIMIT|OFFSET|,)$/.test(upper(last))
      ? `something is missing behind "${last?.text}"`
      : undefined,
  (around) =>
    RESERVED.test(around.here.toUpperCase()) && !beginsClause(around) && wantsName(around)
      ? `"${around.here}" is a reserved word: as a name it stands in quotes: "${around.here}"`
      : undefined,
  ({words, here}) =>
    words.filter((word) => word === 'CASE').length >
      words.filter((word) => word === 'END').length && /^(?:|AS|FROM|,|\))$/i.test(here)
      ? 'a CASE is closed by END'
      : undefined,
  (around) => {
    const {open, here} = around;
    if (here === ')' && !open) return 'no parenthesis is open here: remove it';
    const ends = here === '' || here === ';' || beginsClause(around);
    return open && ends && (here === '' || !open.query)
      ? 'close the parenthesis with )'
      : undefined;
  },
  (around) => (beginsClause(around) ? clauseOrder(around) : undefined),
  (around) => misspelt(around),
  ({before}) => (before.some(({text}) => text === '&&') ? 'and is written AND' : undefined),
  ({before: [last], here, words}) => {
    const listed = words.includes('SELECT') && !words.includes('FROM');
    const names = isWord(here) && /^[\w")']/.test(last?.text ?? '');
    return listed && names
      ? 'put a comma between two columns, and AS before the name of one'
      : undefined;
  },
];

/** Whether a name or a value is to come: there, a word that begins no clause is meant as one. */
const wantsName = ({before: [last]}: Around): boolean =>
  /^(?:SELECT|FROM|JOIN|BY|ON|WHERE|HAVING|,|\.|\(|[-+*/<>=]+|AND|OR|NOT)$/.test(upper(last));

/** WHERE behind GROUP BY, and a JOIN that says nothing of how. */
function clauseOrder({here, words}: Around): string | undefined {
  const word = here.toUpperCase();
  const [from, join] = [words.lastIndexOf('FROM'), words.lastIndexOf('JOIN')];
  const free = /^(?:CROSS|NATURAL)$/.test(words[join - 1] ?? '');
  const told = words.slice(join).some((one) => one === 'ON' || one === 'USING');
  if (join > from && !free && !told)
    return 'a JOIN says how: JOIN t ON a.id = t.id, or CROSS JOIN t';
  const later = CLAUSES.slice(CLAUSES.indexOf(word) + 1).find((one) => words.includes(one));
  return later === undefined || later === 'UNION'
    ? undefined
    : `${withBy(word)} stands before ${withBy(later)}`;
}

const withBy = (word: string): string => (/^(?:GROUP|ORDER)$/.test(word) ? `${word} BY` : word);

/** A word that the grammar took for a name, and is a keyword with a letter wrong. */
function misspelt({before: [last, first], here}: Around): string | undefined {
  const known = [...CLAUSES, ...FURTHER];
  for (const word of [last?.text ?? '', here, first?.text ?? '']) {
    if (word.length < 4 || !/^[a-z]+$/i.test(word)) continue;
    const near = nearest(word, known);
    const other = [near, `${near}S`].includes(word.toUpperCase());
    if (near !== undefined && !other) {
      return `did you mean ${near} for "${word}"?`;
    }
  }
  return undefined;
}
