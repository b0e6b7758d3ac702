import {expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {parseCypher} from '../../../src/query/cypher/parser.ts';
import {printQuery} from '../../../src/query/cypher/print.ts';

/** What an expression means, as `print` brackets it, without the backticks. */
function meaning(expression: string): string {
  const printed = printQuery(parseCypher(`RETURN ${expression} AS x`));
  return printed.replace(/^RETURN ([\s\S]*) AS `x`$/, '$1').replaceAll('`', '');
}

test.each([
  ['a OR b AND c XOR d', '(a OR ((b AND c) XOR d))'],
  ['NOT a = b AND c', '((NOT (a = b)) AND c)'],
  ['a AND b AND c', '(a AND b AND c)'],
  ['1 < x <= y + 2 * 3', '(1 < x <= (y + (2 * 3)))'],
  ['2 ^ 3 ^ 2', '((2 ^ 3) ^ 2)'],
  ['-x ^ 2', '((- x) ^ 2)'],
  ['a - -b - + c', '((a - (- b)) - (+ c))'],
  ['a + b IS NOT NULL = c', '(((a + b) IS NOT NULL) = c)'],
  ['a IN b + c', '(a IN (b + c))'],
  ['a STARTS WITH b CONTAINS c', '((a STARTS WITH b) CONTAINS c)'],
  ["a =~ 'x.*' OR b ENDS WITH 'y'", "((a =~ 'x.*') OR (b ENDS WITH 'y'))"],
  ['a != b', '(a <> b)'],
  ['a.b.c[0][1..]', 'a.b.c[0][1..]'],
  ['l[..-1][x..y]', 'l[..(- 1)][x..y]'],
  ['n:A:B', '(n:(A&B))'],
  [
    '[1, [x IN l WHERE x > 1 | x * 2], [y IN l]]',
    '[1, [x IN l WHERE (x > 1) | (x * 2)], [y IN l]]',
  ],
  ['reduce(s = 0, x IN l | s + x)', 'reduce(s = 0, x IN l | (s + x))'],
  ['ALL(x IN l WHERE x) OR none(x IN l WHERE x)', '(all(x IN l WHERE x) OR none(x IN l WHERE x))'],
  ['any(l)', 'any(l)'],
  ['count(DISTINCT n.x) + COUNT( * )', '(count(DISTINCT n.x) + count(*))'],
  ['duration.between(a, b).days', '(duration.between(a, b)).days'],
  ['CASE x WHEN 1 THEN a ELSE b END', 'CASE x WHEN 1 THEN a ELSE b END'],
  ['case when a then b end', 'CASE WHEN a THEN b END'],
  ['{a: 1, `b c`: {}}', '{a: 1, b c: {}}'],
  ['n {.a, .*, b: 1, c}', 'n {.a, .*, b: 1, c: c}'],
  ['0x1F + 0o17 + 1e3 + .5 + 1.50', '((((31 + 15) + 1e+3) + 0.5) + 1.5)'],
  ["'it\\'s' + \"a\\tb\" + '\\u00e9'", "(('it\\'s' + 'a\tb') + 'é')"],
  ['(a)-[:R]->(b:L {k: 1})', '(a)-[:R]->(b:L {k: 1})'],
  ['(a)-(b)', '(a - b)'],
  ['(a)-[1][0]', '(a - ([1])[0])'],
  ['(a)<-(b)', '(a < (- b))'],
  ['[(a)-[:R]-(b) WHERE b.x | b.y]', '[(a)-[:R]-(b) WHERE b.x | b.y]'],
  ['EXISTS { (a)<--(b) WHERE b.x }', 'EXISTS {MATCH (a)<-[]-(b) WHERE b.x}'],
  ['exists(a.b)', 'exists(a.b)'],
  ['$p + $1', '($p + $1)'],
  ['nullable + truely + inner', '((nullable + truely) + inner)'],
  ['null IS NULL AND TRUE', '((null IS NULL) AND true)'],
])('%s means %s', (written, bracketed) => {
  expect(meaning(written)).toBe(bracketed);
});

test.each([
  'MATCH (a:A|B {x: 1} WHERE a.y), (b)<-[r:R|S*1..3 {k: 1}]-(c)--() WHERE a.x = b.x RETURN *',
  'OPTIONAL MATCH p = (a)-->(b) WITH DISTINCT a, count(*) AS n ORDER BY n DESC, a.x SKIP 1 LIMIT 2 WHERE n > 1 RETURN a',
  'UNWIND [1, 2] AS x RETURN x UNION ALL RETURN 1 AS x',
  'RETURN 1 AS x UNION RETURN 2 AS x',
])('%s is read and written back', (text) => {
  const printed = printQuery(parseCypher(text));
  expect(printQuery(parseCypher(printed))).toBe(printed);
});

/** The text with a mark where the problem is, its code and its message. */
function problemOf(text: string): string {
  try {
    parseCypher(text);
  } catch (error) {
    const [problem] = problemsOf(error);
    if (!problem) throw error;
    const {line, column} = problem.place ?? {line: 0, column: 0};
    return `${line}:${column} [${problem.code}] ${problem.message}`;
  }
  return 'none';
}

test.each([
  [
    '',
    '1:1 [cypher-syntax] expected MATCH, OPTIONAL MATCH, UNWIND, WITH or RETURN, but found the end of the query',
  ],
  [
    'SELECT 1',
    '1:1 [cypher-syntax] expected MATCH, OPTIONAL MATCH, UNWIND, WITH or RETURN, but found "SELECT"',
  ],
  ['MATCH (a:A)', '1:12 [cypher-syntax] expected RETURN, but found the end of the query'],
  [
    'MATCH (a:A) RETURN a WHERE a.x',
    '1:22 [cypher-syntax] expected the end of the query, but found "WHERE"',
  ],
  [
    'MATCH (a:A)\r\nRETURN a.',
    '2:10 [cypher-syntax] expected the name of a property, but found the end of the query',
  ],
  ['MATCH (a:A) RETURN a.x == 1', '1:25 [cypher-syntax] expected a value, but found "="'],
  ['MATCH (a:A RETURN a', '1:12 [cypher-syntax] expected ")", but found "RETURN"'],
  ['MATCH a RETURN a', '1:7 [cypher-syntax] expected "(", but found "a"'],
  ['RETURN [1 2]', '1:11 [cypher-syntax] expected "," or "]", but found "2"'],
  ['RETURN any(x IN l)', '1:18 [cypher-syntax] expected WHERE, but found ")"'],
  ['UNWIND [1] RETURN 1', '1:12 [cypher-syntax] expected AS, but found "RETURN"'],
  ['WITH 1 AS where RETURN 1', 'none'],
  ['MATCH (where:A) RETURN 1', '1:13 [cypher-syntax] expected an expression, but found ":"'],
  ['RETURN 12ab', '1:8 [cypher-literal] "12ab" is no number'],
  ['RETURN 99999999999999999999', '1:8 [cypher-literal] 99999999999999999999 is no 64-bit integer'],
  ["RETURN 'abc", '1:8 [cypher-literal] a string is not closed'],
  ["RETURN 'a\\qc'", '1:10 [cypher-literal] \\q is no escape of a string'],
  ['RETURN `a', '1:8 [cypher-literal] a name in backticks is not closed'],
  ['RETURN 1 /* a', '1:10 [cypher-literal] a comment is not closed'],
  ['RETURN a ~ b', '1:10 [cypher-literal] there is no character "~" in openCypher'],
  [
    'RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a',
    '1:35 [cypher-misplaced] UNION and UNION ALL stand in one query',
  ],
])('%j is refused: %s', (text, expected) => {
  expect(problemOf(text)).toBe(expected);
});

test.each(['CREATE', 'MERGE', 'SET', 'DELETE', 'DETACH', 'REMOVE', 'FOREACH', 'CALL'])(
  '%s is refused by its name',
  (clause) => {
    expect(problemOf(`MATCH (a:A)\n  ${clause} (b)`)).toBe(
      `2:3 [cypher-write-clause] a continuous query cannot ${clause}: it only reads`,
    );
  },
);

test.each([
  ['brackets', `RETURN ${'('.repeat(90_000)}1${')'.repeat(90_000)}`],
  ['lists', `RETURN ${'['.repeat(100_000)}`],
  ['negations', `RETURN ${'NOT '.repeat(40_000)}true`],
  ['signs', `RETURN ${'-'.repeat(90_000)}1`],
  ['a sum', `RETURN 1${' + 1'.repeat(40_000)}`],
  ['properties', `RETURN a${'.b'.repeat(50_000)}`],
  ['cases', `RETURN ${'CASE WHEN '.repeat(10_000)}`],
  ['sums in brackets', `RETURN ${'('.repeat(150)}1${`${' + 1'.repeat(100)})`.repeat(150)}`],
])('%s without end are refused, and overflow nothing', (_name, text) => {
  expect(problemOf(text)).toMatch(/\[cypher-limit\] the query nests too deeply$/);
});

test.each([
  ['clauses', `${'UNWIND [1] AS x '.repeat(1000)}RETURN 1`, '1:16001'],
  ['unions', `${'RETURN 1 AS x UNION '.repeat(1000)}RETURN 1 AS x`, '1:20001'],
  ['hops', `MATCH (a)${'-->()'.repeat(999)} RETURN a`, '1:5003'],
])('of %s no more than a thousand are taken', (_name, text, place) => {
  expect(problemOf(text)).toBe(`${place} [cypher-limit] the query has too many steps`);
});

test('a text that is too long is refused before it is read', () => {
  expect(problemOf(`RETURN '${'x'.repeat(200_000)}'`)).toMatch(
    /\[cypher-limit\] the query is too long/,
  );
});

test('a thousand alternatives are no deeper than two', () => {
  const alternatives = Array.from({length: 1000}, (_, i) => `a.x = ${i}`).join(' OR ');
  expect(problemOf(`MATCH (a:A) WHERE ${alternatives} RETURN a`)).toBe('none');
});
