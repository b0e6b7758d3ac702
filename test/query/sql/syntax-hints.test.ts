import {beforeAll, expect, test} from 'vitest';
import {problemsOf} from '../../../src/lib/problem.ts';
import {loadSqlParser} from '../../../src/pipeline/sql-parser.ts';
import {parseSql} from '../../../src/query/sql/parse.ts';

beforeAll(() => loadSqlParser());

/** Line and column of what is wrong, and what is said to do about it. */
function toldOf(text: string): string {
  try {
    parseSql(text);
    return 'nothing';
  } catch (error) {
    const [problem] = problemsOf(error);
    return `${problem?.place?.line}:${problem?.place?.column} ${problem?.hint}`;
  }
}

test.each([
  ['SELECT id FROM t WHERE value >', '1:31 a value is missing behind ">"'],
  ['SELECT id FROM t WHERE value >\n  \n', '1:31 a value is missing behind ">"'],
  ['SELECT id, value + FROM t', '1:20 a value is missing behind "+"'],
  ['SELECT id FROM t WHERE a > 1 AND\nORDER BY id', '2:1 a value is missing behind "AND"'],
  ['SELECT id FROM t WHERE a IN (1, )', '1:33 remove the comma before )'],
  [
    'SELECT id name value FROM t',
    '1:16 put a comma between two columns, and AS before the name of one',
  ],
  ['SELECT id, name, FROM t', '1:18 remove the comma before FROM'],
  [
    'SELECT id FROM order',
    '1:16 "order" is a reserved word: as a name it stands in quotes: "order"',
  ],
  [
    'SELECT id, desc FROM t',
    '1:12 "desc" is a reserved word: as a name it stands in quotes: "desc"',
  ],
  [
    "SELECT id FROM t WHERE name = 'cpu",
    "1:31 close it with '; a ' within a text is doubled: 'it''s'",
  ],
  ['SELECT "id FROM t', '1:8 close it with "'],
  ['SELECT id FROM t /* all', '1:18 close it with */'],
  ['SELECT count(id FROM t', '1:17 close the parenthesis with )'],
  ["SELECT id FROM t WHERE (a > 1 AND b = 'x'", '1:42 close the parenthesis with )'],
  ['SELECT count(id)) FROM t', '1:17 no parenthesis is open here: remove it'],
  ['SELCT id FROM t', '1:1 did you mean SELECT?'],
  ['SELECT id FORM t', '1:16 did you mean FROM for "FORM"?'],
  ['SELECT id FROM t WERE id = 1', '1:23 did you mean WHERE for "WERE"?'],
  ['SELECT a FROM t GROUP BY a WHERE a > 1', '1:28 WHERE stands before GROUP BY'],
  ['SELECT a FROM t LIMIT 1 ORDER BY a', '1:25 ORDER BY stands before LIMIT'],
  ['SELECT `id` FROM t', '1:13 names are quoted with ", texts with \''],
  ['SELECT id FROM t LIMIT 5, 10', '1:18 write LIMIT count OFFSET start'],
  ['SELECT id FROM t WHERE a > 1 && b = 1', '1:35 and is written AND'],
  ['SELECT id FROM WHERE id = 1', '1:16 a table is missing behind FROM'],
  ['SELECT id FROM t ORDER id', '1:24 write ORDER BY'],
  [
    'SELECT a.id FROM a JOIN b WHERE a.id = b.id',
    '1:27 a JOIN says how: JOIN t ON a.id = t.id, or CROSS JOIN t',
  ],
  ['SELECT id FROM t WHERE id IN 1, 2', '1:30 write the values in parentheses: IN (1, 2)'],
  ['SELECT id FROM t # all', '1:18 a comment begins with --'],
  ["SELECT CASE WHEN a THEN 'b' ELSE 'c' AS x FROM t", '1:38 a CASE is closed by END'],
  ['SELECT TOP 5 id FROM t', '1:12 write LIMIT 5 at the end of the query'],
  ['SELECT id FROM t WHERE id = :id', '1:29 write the value itself: there are no parameters'],
  ['SELECT id FROM t WHERE', '1:23 something is missing behind "WHERE"'],
  ['MATCH (n:t) RETURN n.id', '1:1 set queryLanguage: GQL for this query'],
  ['SELECT id AS "order", name AS user FROM t', 'nothing'],
])('%j: %s', (text, told) => {
  expect(toldOf(text)).toBe(told);
});

test('what follows an open quote is not repeated in the message', () => {
  const act = () => parseSql("SELECT id FROM t WHERE name = 'cpu\nAND a = 1");
  expect(act).toThrow(/^unterminated quoted string$/);
});
