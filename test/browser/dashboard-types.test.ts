import {readdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import ts from 'typescript';
import {expect, test} from 'vitest';

const publicDir = resolve(import.meta.dirname, '../../public');
const modules = readdirSync(publicDir, {recursive: true, encoding: 'utf8'})
  .filter((name) => name.endsWith('.js'))
  .map((name) => join(publicDir, name));

/** The page has no build step, so nothing else holds its JSDoc types to what it does. */
test('the types that the dashboard states are those it uses', {timeout: 60_000}, () => {
  const program = ts.createProgram([...modules, join(import.meta.dirname, 'vendor.d.ts')], {
    allowJs: true,
    checkJs: true,
    strict: true,
    noEmit: true,
    noUncheckedIndexedAccess: true,
    noImplicitReturns: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program).map((diagnostic) => {
    const {file, start = 0, messageText} = diagnostic;
    const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
    const name = file?.fileName.slice(publicDir.length + 1);
    return `${name}:${line} ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
  });
  expect(found).toEqual([]);
});

test('every module of the dashboard asks to be checked', () => {
  expect(modules.length).toBeGreaterThan(10);
  const unchecked = modules.filter((name) => !ts.sys.readFile(name)?.startsWith('// @ts-check'));
  expect(unchecked).toEqual([]);
});
