import {expect, test} from 'vitest';
import {Problems, problemsOf} from '../../../src/lib/problem.ts';
import {loadSqlParser} from '../../../src/pipeline/sql-parser.ts';
import {depthOf} from '../../../src/query/sql/depth.ts';
import {parseSql} from '../../../src/query/sql/parse.ts';

await loadSqlParser();

test.each<[text: string, depth: number]>([
  ['SELECT a', 1],
  ['SELECT a + 1', 2],
  ['SELECT a + 1 + 1', 3],
  ['SELECT a + 1, b + 1', 2],
  ['SELECT (((1)))', 4],
  ['SELECT (1) + (1) + (1)', 4],
  ['SELECT NOT NOT a', 3],
  ['SELECT 1 WHERE a = 1 OR a = 2 OR a = 3', 2],
  ["SELECT '((( + + +' || E'\\'(((' || \"(((\" || $$((($$ || $x$ $$( $x$", 5],
  ['SELECT 1 -- (((\n + /* ((( /* ((( */ + + */ 1', 2],
  ['SELECT 1 +-- 1\n 1', 2],
  ['SELECT 1 UNION SELECT 2', 3],
  ['SELECT /* /* /* /* */ */ */ */ 1', 4],
  ['SELECT 1 /* /* /*', 3],
])('%s', (text, depth) => {
  expect(depthOf(text)).toBe(depth);
});

const codeOf = (text: string): string => {
  try {
    parseSql(text);
    return 'parsed';
  } catch (error) {
    return error instanceof Problems ? error.problems[0]!.code : String(error);
  }
};

const repeated = (open: string, close = ''): ((times: number) => string) => {
  return (times) => `SELECT ${open.repeat(times)}1${close.repeat(times)}`;
};
const DEEP: readonly (readonly [string, (times: number) => string])[] = [
  ['sums', repeated('1 + ')],
  ['parentheses', repeated('(', ')')],
  ['negations', repeated('NOT ')],
  ['signs', repeated('- ')],
  ['casts', repeated('', '::int')],
  ['cases', repeated('CASE WHEN a THEN ', ' END')],
  ['arrays', repeated('ARRAY[', ']')],
  ['subqueries', repeated('(SELECT ', ')')],
  ['calls', repeated('f(', ')')],
  ['unions', repeated('1 UNION SELECT ')],
  ['joins', (times) => `SELECT 1 FROM a${' CROSS JOIN a'.repeat(times)}`],
  ['subscripts', repeated('', '[1]')],
  ['fields', (times) => `SELECT (a)${'.b'.repeat(times)}`],
  ['collations', repeated('', ' COLLATE "C"')],
  ['tests', repeated('', ' IS NULL')],
  ['comments', repeated('/* ', ' */')],
  ['comments without blanks', repeated('/*')],
  ['behind a quote that is none', (times) => `SELECT E'\\'' || ${'1 + '.repeat(times)}'1'`],
  ['behind a comment', (times) => `SELECT /* /* */ ' */ ${'1 + '.repeat(times)} 1 /* ' */`],
];

test.each(DEEP)('%s that are too deep are refused, and the parser goes on', (_, text) => {
  for (const times of [2_000, 6_000]) {
    const long = text(times);
    if (long.length > 100_000) continue;
    expect(['sql-too-deep', 'parsed', 'sql-syntax']).toContain(codeOf(long));
  }
  expect(codeOf('SELECT a FROM b WHERE c = 1')).toBe('parsed');
});

test('most of what is deep is refused by its depth', () => {
  const refused = DEEP.filter(([, text]) => codeOf(text(3_000)) === 'sql-too-deep');
  expect(refused.length).toBeGreaterThan(12);
});

test('what people write is not too deep: long lists and long conditions', () => {
  const list = Array.from({length: 5_000}, (_, i) => i).join(', ');
  const or = Array.from({length: 1_500}, (_, i) => `a = ${i} + 1`).join(' OR ');
  const columns = Array.from({length: 1_000}, (_, i) => `a${i} * 2 + 1 AS b${i}`).join(', ');
  for (const text of [
    `SELECT a FROM b WHERE a IN (${list})`,
    `SELECT a FROM b WHERE ${or}`,
    `SELECT ${columns} FROM b`,
    `SELECT ${'1 + '.repeat(300)} 1`,
  ]) {
    expect(codeOf(text)).toBe('parsed');
  }
});

const placeOf = (text: string): string => {
  try {
    parseSql(text);
    return 'parsed';
  } catch (error) {
    const [{place, code} = {}] = problemsOf(error);
    return `${place?.line}:${place?.column} ${code}`;
  }
};

test('what follows a character of value 0 is not left out, but the text refused', () => {
  expect(placeOf('SELECT id FROM t\0 WHERE id < 3')).toBe('1:17 sql-syntax');
  expect(placeOf("SELECT id\nFROM t WHERE s = 'a\0'")).toBe('2:20 sql-syntax');
});

test('a mistake behind characters outside the BMP is told in its line and column', () => {
  expect(placeOf("SELECT '😀😀😀' FROM t WHERE WHERE")).toBe('1:30 sql-syntax');
  expect(placeOf(`SELECT '${'😀'.repeat(30)}'\nFROM t WHERE WHERE`)).toBe('2:14 sql-syntax');
});
