import {expect, test} from 'vitest';
import {fileLimits} from '../../src/config/config.ts';
import {plain} from '../../src/config/node.ts';
import {readYaml} from '../../src/config/yaml.ts';
import {type Problem, problemText} from '../../src/lib/problem.ts';

function parse(text: string): {value: unknown; problems: Problem[]} {
  const problems: Problem[] = [];
  const root = readYaml(text, 'app.yaml', (problem) => void problems.push(problem));
  return {value: root && plain(root), problems};
}

test.each<[name: string, text: string, value: unknown]>([
  ['numbers keep their digits', 'a: 0123\nb: 1.10\nc: 1e3', {a: '0123', b: '1.10', c: '1e3'}],
  ['yes is a text', 'a: yes', {a: 'yes'}],
  ['what is null is not there', 'a:\nb: ~\nc: null\nd: "null"\ne: ""', {d: 'null', e: ''}],
  ['lists and maps nest', 'a: [1, {b: c}]', {a: ['1', {b: 'c'}]}],
  ['JSON is YAML', '{\n\t"a": [1, "x"]\n}', {a: ['1', 'x']}],
  ['an alias repeats what its anchor marks', 'a: &x {k: 1}\nb: *x', {a: {k: '1'}, b: {k: '1'}}],
  [
    'a merge key adds keys',
    'a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}',
    {
      a: {k: '1', l: '2'},
      b: {k: '3', l: '2'},
    },
  ],
  [
    'of several merged maps the first wins',
    'a: {<<: [{k: 1}, {k: 2, l: 3}]}',
    {
      a: {k: '1', l: '3'},
    },
  ],
  ['a tag of the core schema changes nothing', 'a: !!str 8080', {a: '8080'}],
  ['a tagged empty text is a text', 'a: !!str', {a: ''}],
  ['a byte order mark is passed over', '\uFEFFa: 1', {a: '1'}],
  [
    'a key named like a part of every object is a key',
    '__proto__: 1\nconstructor: 2',
    JSON.parse('{"__proto__": "1", "constructor": "2"}'),
  ],
])('%s', (_name, text, value) => {
  const read = parse(text);
  expect(read.problems).toEqual([]);
  expect(JSON.stringify(read.value)).toBe(JSON.stringify(value));
});

test.each<[name: string, text: string, code: string, line: number, column: number]>([
  ['an empty file', '', 'config-empty', 1, 1],
  ['a file of comments', '# nothing\n\n', 'config-empty', 1, 1],
  ['a document without content', '---\n', 'config-empty', 1, 1],
  ['a list at the top', '# x\n- a\n', 'config-not-a-map', 2, 1],
  ['a text at the top', 'hello', 'config-not-a-map', 1, 1],
  ['a colon too many', 'a: b: c', 'yaml-syntax', 1, 5],
  ['a tab as indentation', 'a:\n\t- b', 'yaml-syntax', 2, 1],
  ['a quote that is not closed', 'a: 1\nb: "x', 'yaml-syntax', 2, 6],
  ['a second document', 'a: 1\n---\nb: 2\n', 'yaml-syntax', 1, 4],
  ['an alias of nothing', 'a: 1\nb: *x\n', 'yaml-syntax', 2, 4],
  ['an alias within its anchor', 'a: &x [*x]', 'yaml-syntax', 1, 8],
  ['a tag of another language', 'a: !ruby/object {}', 'yaml-syntax', 1, 17],
  ['a map as a key', '? {a: 1}\n: 2', 'yaml-syntax', 1, 3],
  ['a merge of a text', 'a: {<<: x}', 'yaml-syntax', 1, 9],
  ['the same key twice', 'a: 1\nb:\n  c: 1\r\n  c: 2', 'duplicate-key', 4, 3],
  ['a null byte', 'a: \0', 'yaml-syntax', 1, 4],
])('%s is a problem, where it stands', (_name, text, code, line, column) => {
  const {problems} = parse(text);
  expect(problems).toMatchObject([{code, place: {file: 'app.yaml', line, column}}]);
});

test.each<[name: string, text: string, reason: string, hint: string]>([
  ['a tab as indentation', 'a:\n\t- b', 'a tab stands where', 'indent with blanks'],
  ['a quote that is not closed', 'a: 1\nb: "x', 'a text in quotes does not end', 'close the quote'],
  ['a quote that ends far below', 'a: "x\nb: 1', 'does not end, or goes on', 'close the quote'],
  ['a key in another column', 'a:\n  b: 1\n c: 2', 'the column of those', 'begin in one column'],
  ['a text with a colon', 'a: b: c', 'a text with ": " in it', '`query: |`'],
  ['a text that begins with @', 'a: @b', 'begins with @', '"@…"'],
  ['a bracket that is not closed', 'a: [b, c', 'lacks a comma or its end', 'close it with ]'],
  ['a key without a colon', 'a: 1\nb\nc: 2', 'no key with its value', '"key: |"'],
  ['an alias of nothing', 'a: *b', 'names no anchor', 'write &name'],
  ['two documents', 'a: 1\n---\nb: 2\n', 'several documents', '"---"'],
  ['a null byte', 'a: \0', 'no text file holds', 'remove it'],
])('%s is told in words, with what to do', (_name, text, reason, hint) => {
  expect(parse(text).problems).toMatchObject([
    {
      message: expect.stringContaining(reason),
      hint: expect.stringContaining(hint),
    },
  ]);
});

/** The place is where the mistake is, which may be above the line that cannot be read. */
test.each<[name: string, text: string, at: string, reason: string, hint: string]>([
  [
    'a key that stands deeper than those beside it',
    'a:\n  b: 1\n    c: 2\n  d: 3',
    '3:5',
    '"c" stands deeper than "b"',
    'begin "c" in the column in which "b" begins',
  ],
  [
    'a dash without a blank',
    'a:\n  -id: b\n   query: c',
    '2:3',
    'a "-" has no blank behind it',
    'write "- "',
  ],
  [
    'a colon without a blank',
    'a:\n  - id:b\n    query: c',
    '2:7',
    'a ":" has no blank behind it',
    'write "id: …"',
  ],
  [
    'a text that begins with a brace',
    'a:\n  template: {{after.name}} came',
    '2:13',
    'a text that begins with { is not in quotes',
    "put quotes around the text: '{…'",
  ],
  [
    'a quote within quotes',
    "a:\n  query: 'SELECT 'x' AS x'",
    '2:19',
    'something stands behind the quote that ends a text',
    'double a quote',
  ],
  [
    'a text below a bar that is not indented',
    'a:\n  query: |\n  MATCH (m:metrics)\n  RETURN m.id\n  b: 1',
    '3:3',
    'a line of the text below "query: |" is not indented',
    'deeper than "query"',
  ],
  [
    'one line of it that is not',
    'a:\n  query: |\n    MATCH (m:metrics)\n  WHERE m.id = 1\n    RETURN m.id\n  b: 1',
    '4:3',
    'a line of the text below "query: |" is not indented',
    'deeper than "query"',
  ],
  [
    'a text that goes on below its key',
    'a:\n  query: MATCH (m:metrics)\n  RETURN m.id\n  b: 1',
    '3:3',
    'a line is no key with its value',
    '"key: |", indented',
  ],
  [
    'a key without a colon, with things below it',
    'a: 1\nqueries\n  - id: b',
    '2:1',
    'a line is no key with its value',
    'a blank behind the colon',
  ],
  [
    'a quote that ends far below',
    "a:\n  query: 'SELECT 1\nb: 1\nc: 'x'",
    '2:10',
    'a text in quotes does not end',
    "close the quote with '",
  ],
  [
    'a bracket that ends nowhere',
    'a:\n  - sources: [{sourceId: db}\n    query: x\nb: 1',
    '2:14',
    'a list or map in brackets does not end',
    'close the bracket with ]',
  ],
  ['a star alone', 'a:\n  - id: *\n', '2:9', 'begins with * or &', 'put quotes around'],
])('%s is told at its place', (_name, text, at, reason, hint) => {
  const {problems} = parse(text);
  expect(problems.map(({place}) => `${place?.line}:${place?.column}`)).toEqual([at]);
  expect(problems).toMatchObject([
    {
      code: 'yaml-syntax',
      message: expect.stringContaining(reason),
      hint: expect.stringContaining(hint),
    },
  ]);
});

test('what looks like a password is not shown with the key that it stands in', () => {
  const {problems} = parse('a:\n  b: 1\n    password hunter2: 2\n');
  expect(problems).toHaveLength(1);
  expect(problems.map(problemText).join()).not.toContain('hunter2');
});

test('every duplicate key is told, and the rest is read', () => {
  const {value, problems} = parse('a: 1\na: 2\nb: {c: 1, c: 2}\n');
  expect(problems.map(({place}) => place?.line)).toEqual([2, 3]);
  expect(value).toMatchObject({a: '1', b: {c: '1'}});
});

test('aliases that stand for more than any file could hold are refused at once', () => {
  const levels = Array.from(
    {length: 30},
    (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}, *a${n}]`,
  );
  expect(parse(`a0: &a0 x\n${levels.join('\n')}`).problems).toMatchObject([
    {code: 'config-too-large'},
  ]);
});

test('a file over the limit is refused unread', () => {
  const text = `a: ${'x'.repeat(fileLimits.characters)}`;
  expect(parse(text).problems).toMatchObject([{code: 'config-too-large'}]);
});

test('nesting over the limit is refused', () => {
  const text = `a: ${'['.repeat(fileLimits.depth + 1)}`;
  expect(parse(text).problems).toMatchObject([{code: 'yaml-syntax'}]);
});

test.each([
  ['as an alias', '*hunter2'],
  ['as a tag', '!hunter2'],
  ['as a tag with braces', '!hunter2{}'],
  ['as a named tag', '!hunter2!x y'],
  ['with an open quote', '"hunter2'],
  ['with a colon', 'hunter2: hunter2'],
  ['that begins with a percent', '%hunter2'],
  ['that begins with @', '@hunter2'],
])('a password that YAML reads %s is not shown', (_name, password) => {
  const {problems} = parse(`a: 1\npassword: ${password}\n`);
  expect(problems).toHaveLength(1);
  expect(problemText(problems[0]!) + JSON.stringify(problems)).not.toContain('hunter2');
});
