import {expect, test} from 'vitest';
import {parseEnvFile} from '../../src/config/env-file.ts';
import type {Problem} from '../../src/lib/problem.ts';

function parse(text: string): {variables: Record<string, string>; problems: Problem[]} {
  const problems: Problem[] = [];
  const variables = parseEnvFile(text, '.env', (problem) => void problems.push(problem));
  return {variables: {...variables}, problems};
}

test.each<[name: string, text: string, variables: Record<string, string>]>([
  ['an assignment', 'A=b', {A: 'b'}],
  ['nothing is the empty text', 'A=', {A: ''}],
  ['blanks around do not count', '  A = b c  ', {A: 'b c'}],
  ['blanks in quotes do', 'A="  b "', {A: '  b '}],
  ['export is allowed', 'export A=b', {A: 'b'}],
  ['comments and empty lines are passed over', '# c\n\n  # d\nA=b', {A: 'b'}],
  ['a comment behind a value', 'A=b # c', {A: 'b'}],
  ['a comment behind a quote', 'A="b" # c', {A: 'b'}],
  ['a comment in place of a value', 'A= # c', {A: ''}],
  ['# within a word is no comment', 'A=b#c', {A: 'b#c'}],
  ['# in quotes is no comment', 'A="b # c"', {A: 'b # c'}],
  [
    '= may stand in a value',
    'A=postgres://u:p@h/d?sslmode=require',
    {
      A: 'postgres://u:p@h/d?sslmode=require',
    },
  ],
  ['double quotes know escapes', String.raw`A="b\nc\t\"d\" \\ \$E \x"`, {A: 'b\nc\t"d" \\ $E \\x'}],
  ['single quotes keep all', String.raw`A='b\n "$E" #'`, {A: String.raw`b\n "$E" #`}],
  ['quotes go over lines', 'A="b\nc"\nD=e', {A: 'b\nc', D: 'e'}],
  ['a line may end as on Windows', 'A=b\r\nC=d\r\n', {A: 'b', C: 'd'}],
  ['the last of two wins', 'A=b\nA=c', {A: 'c'}],
  ['a byte order mark is passed over', '\uFEFFA=b', {A: 'b'}],
  ['an inner quote is a character', "A=it's", {A: "it's"}],
])('%s', (_name, text, variables) => {
  expect(parse(text)).toEqual({variables, problems: []});
});

test.each<[name: string, text: string, line: number]>([
  ['a word', 'A=b\nhunter2', 2],
  ['a name that begins with a digit', '1A=hunter2', 1],
  ['a quote that is not closed', 'A=b\nC="hunter2\nD=hunter2', 2],
  ['something behind a quote', 'A="hunter2"hunter2', 1],
])('%s is a problem at its line, and is not shown', (_name, text, line) => {
  const {problems} = parse(text);
  expect(problems[0]).toMatchObject({code: 'env-file-syntax', place: {file: '.env', line}});
  expect(JSON.stringify(problems)).not.toContain('hunter2');
});

test('lines after a mistake are read', () => {
  expect(parse('what\nA=b').variables).toEqual({A: 'b'});
});
