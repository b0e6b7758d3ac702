import {expect, test} from 'vitest';
import {splitStatements} from '../../src/cli/sql-statements.ts';

test.each<[line: string, script: string, statements: string[]]>([
  ['one without a semicolon', 'SELECT 1', ['SELECT 1']],
  ['two', 'SELECT 1; SELECT 2;', ['SELECT 1', 'SELECT 2']],
  ['nothing between semicolons', ';; ;', []],
  ['only remarks', '-- nothing\n-- at all', []],
  ['a string keeps its semicolon', "SELECT 'a;b'; SELECT 2", ["SELECT 'a;b'", 'SELECT 2']],
  ['a doubled quote does not end a string', "SELECT 'it''s;'; X", ["SELECT 'it''s;'", 'X']],
  ['a backslash ends nothing in a plain string', "SELECT '\\'; X", ["SELECT '\\'", 'X']],
  ['a backslash escapes in an E string', "SELECT E'\\';'; X", ["SELECT E'\\';'", 'X']],
  ['an e at the end of a word is no E string', "SELECT type'\\'; X", ["SELECT type'\\'", 'X']],
  ['a name keeps its semicolon', 'SELECT "a;b"; X', ['SELECT "a;b"', 'X']],
  ['a body keeps its semicolons', 'DO $$ a; b; $$; X', ['DO $$ a; b; $$', 'X']],
  ['a tagged body holds another', 'DO $x$ $$;$$; $x$; X', ['DO $x$ $$;$$; $x$', 'X']],
  ['a dollar in a name opens nothing', 'SELECT a$b$; X', ['SELECT a$b$', 'X']],
  ['a parameter opens nothing', 'SELECT $1; X', ['SELECT $1', 'X']],
  ['a line comment hides', 'SELECT 1 -- a;b\n; X', ['SELECT 1 -- a;b', 'X']],
  ['comments nest', 'SELECT /* a; /* b; */ c; */ 1; X', ['SELECT /* a; /* b; */ c; */ 1', 'X']],
  [
    'a body in SQL keeps its semicolons',
    'CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END; X',
    ['CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; SELECT 2; END', 'X'],
  ],
  [
    'a CASE in such a body does not end it',
    'create or replace procedure p() begin atomic SELECT CASE WHEN true THEN 1 END; SELECT 2; end; X',
    [
      'create or replace procedure p() begin atomic SELECT CASE WHEN true THEN 1 END; SELECT 2; end',
      'X',
    ],
  ],
  ['a transaction is no body', 'BEGIN; SELECT 1; END; X', ['BEGIN', 'SELECT 1', 'END', 'X']],
  [
    'the rule that does several things is one',
    'CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b); X',
    ['CREATE RULE r AS ON INSERT TO t DO (DELETE FROM a; DELETE FROM b)', 'X'],
  ],
  ['a parenthesis too many holds nothing back', 'SELECT 1); X', ['SELECT 1)', 'X']],
  ['an open quote runs to the end', "SELECT 'a; SELECT 2", ["SELECT 'a; SELECT 2"]],
])('%s', (_line, script, statements) => {
  expect(splitStatements(script)).toEqual(statements);
});
