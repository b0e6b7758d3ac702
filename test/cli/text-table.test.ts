import {expect, test} from 'vitest';
import {textTable} from '../../src/cli/text-table.ts';

const left = (name: string) => ({name, align: 'left' as const});
const right = (name: string) => ({name, align: 'right' as const});

test('numbers stand to the right, text to the left, and NULL is said', () => {
  const table = textTable({
    columns: [right('id'), left('name')],
    rows: [
      ['1', 'cpu'],
      ['10', null],
    ],
  });
  expect(table.split('\n')).toEqual([
    ' id | name',
    '----+------',
    '  1 | cpu',
    ' 10 | null',
    '(2 rows)',
  ]);
});

test('one row is not called rows, and none has its columns named', () => {
  expect(textTable({columns: [left('a')], rows: [['x']]})).toMatch(/\(1 row\)$/);
  expect(textTable({columns: [left('a')], rows: []}).split('\n')).toEqual([
    ' a',
    '---',
    '(0 rows)',
  ]);
});

test('a sign that takes two columns is counted as two', () => {
  const lines = textTable({
    columns: [left('a'), left('b')],
    rows: [
      ['東京', 'x'],
      ['é', 'y'],
    ],
  });
  expect(lines.split('\n').slice(2, 4)).toEqual([' 東京 | x', ' é    | y']);
});

test('an escape sequence in a value does not reach the terminal', () => {
  const table = textTable({columns: [left('a')], rows: [['\u001b[2Jgone\nnext']]});
  expect(table).toContain('\\x1b[2Jgone\\nnext');
  expect(table).not.toContain('\u001b');
});
