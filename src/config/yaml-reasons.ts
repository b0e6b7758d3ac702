/** What is wrong with a text as YAML, in words for who wrote it, and what to do about it. */
export interface YamlReason {
  readonly reason: string;
  readonly hint: string;
}

const QUOTES =
  'put quotes around a text that begins with one of  * & ! @ % { [ or holds ": "; a query is ' +
  'best written on the lines below `query: |`';
const COLUMNS =
  'the keys of a map, and the "-" of a list, begin in one column; indent with blanks, two a level';

/** Characters that no text without quotes can begin with. */
const RESERVED = '@`%';

const KNOWN: readonly (readonly [parser: RegExp, reason: string, hint: string])[] = [
  [/^tab characters/, 'a tab stands where a line is indented', 'indent with blanks, two a level'],
  [/^bad indentation/, 'a line does not begin in the column of those it belongs to', COLUMNS],
  [
    /^deficient indentation/,
    'a text in quotes or brackets does not end, or goes on at the beginning of a line',
    'close the quote or bracket above; indent what goes on further lines',
  ],
  [/within a (?:double|single) quoted/, 'a text in quotes does not end', 'close the quote'],
  [
    /^missed comma|within a flow collection|^expected the node content/,
    'a list or map in brackets lacks a comma or its end',
    'close it with ] or }, put commas between its items, and quotes around a text with , [ ] { }',
  ],
  [
    /^can not read a block mapping|^expected ':'|^a whitespace character is expected after/,
    'a line is no key with its value',
    'write "key: value", with a blank behind the colon; look at the line above, too',
  ],
  [
    /non-printable|null byte/,
    'a character stands in it that no text file holds',
    'remove it, or name the file that was meant: --config path/to/config.yaml',
  ],
  [
    /names no anchor/,
    'an alias (*) names no anchor (&) above it',
    'write &name before the part that it stands for; put quotes around a text that begins with *',
  ],
  [
    /^the file holds several documents/,
    'the file holds several documents',
    'keep one: remove the line "---" that ends it, and what follows',
  ],
  [
    /^aliases .* not taken here/,
    'aliases (*) are not taken here',
    'write out what the alias stands for; put quotes around a text that begins with *',
  ],
];

/** `at`: the character that the parser stopped at. */
export function yamlReason(parser: string, at = ''): YamlReason {
  if (parser === 'bad indentation of a mapping entry') {
    if (at !== '' && RESERVED.includes(at)) {
      const hint = `put quotes around the text: "${at}…"`;
      return {reason: `a text that begins with ${at} is not in quotes`, hint};
    }
    if (at === ':') return {reason: 'a text with ": " in it is not in quotes', hint: QUOTES};
  }
  const known = KNOWN.find(([pattern]) => pattern.test(parser));
  if (!known) return {reason: parser, hint: QUOTES};
  const [, reason, hint] = known;
  return {reason, hint};
}
