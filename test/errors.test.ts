import {readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join, resolve} from 'node:path';
import {expect, test} from 'vitest';
import type {Entry} from '../src/lib/problem.ts';

const root = resolve(import.meta.dirname, '..');
const page = join(root, 'docs/errors.md');

type Entries = Readonly<Record<string, Entry<never>>>;

/** Every catalogue of the source, found by its form: an export with `entries`. */
async function catalogues(): Promise<{area: string; entries: Entries}[]> {
  const files = readdirSync(join(root, 'src'), {recursive: true, encoding: 'utf8'})
    .filter((file) => /(^|\/)problems[^/]*\.ts$/.test(file))
    .sort();
  const found: {area: string; entries: Entries}[] = [];
  for (const file of files) {
    const exported: Record<string, unknown> = await import(join(root, 'src', file));
    for (const value of Object.values(exported)) {
      if (typeof value === 'object' && value !== null && 'entries' in value)
        found.push({area: file.split('/')[0]!, entries: value.entries as Entries});
    }
  }
  return found;
}

const areas = await catalogues();
const all = areas.flatMap(({area, entries}) =>
  Object.entries(entries).map(([code, entry]) => ({area, code, entry})),
);

test('no two problems share a code', () => {
  const codes = all.map(({code}) => code);
  expect(codes.filter((code, i) => codes.indexOf(code) !== i)).toEqual([]);
});

test.each(all.map(({code, entry}) => [code, entry] as const))(
  '%s says when it happens and what to do, in sentences',
  (code, {cause, remedy}) => {
    expect(code).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
    expect(cause).toMatch(/^\S[\s\S]*[.)…]$/);
    expect(remedy).toMatch(/^\S[\s\S]*[.)`…]$/);
  },
);

test('every problem is raised by a test', () => {
  const tests = readdirSync(join(root, 'test'), {recursive: true, encoding: 'utf8'})
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'test', file), 'utf8'))
    .join('\n');
  expect(all.map(({code}) => code).filter((code) => !tests.includes(code))).toEqual([]);
});

test('docs/errors.md is what the catalogues say', () => {
  const text = documented();
  if (process.env.TAILRACE_UPDATE === '1') writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});

function documented(): string {
  const sections = [...new Set(areas.map(({area}) => area))].sort().map((area) => {
    const entries = all.filter((one) => one.area === area);
    const parts = entries
      .sort((a, b) => a.code.localeCompare(b.code))
      .map(({code, entry: {cause, remedy}}) => `### ${code}\n\n${cause}\n\n${remedy}\n`);
    return `## ${area}\n\n${parts.join('\n')}`;
  });
  return `# Errors

Every problem that Tailrace reports has one of these codes, with a message, mostly a detail
and a hint. This page is generated from the source; \`TAILRACE_UPDATE=1 npx vitest run
test/errors.test.ts\` writes it anew.

${sections.join('\n')}`;
}
