import {readFile, writeFile} from 'node:fs/promises';
import {resolve} from 'node:path';
import {expect, test} from 'vitest';
import {configJsonSchema} from '../../src/config/json-schema.ts';

const path = resolve(import.meta.dirname, '../../config/schema.json');
const generated = `${JSON.stringify(configJsonSchema(), undefined, 2)}\n`;

/** TAILRACE_UPDATE=1 writes the file; without it, the committed one must be the same. */
test('config/schema.json is what the schema generates', async () => {
  if (process.env.TAILRACE_UPDATE === '1') await writeFile(path, generated);
  expect(await readFile(path, 'utf8')).toBe(generated);
});
