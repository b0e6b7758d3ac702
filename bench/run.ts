import {fork} from 'node:child_process';
import {once} from 'node:events';
import {loadavg} from 'node:os';
import {resolve} from 'node:path';
import {isVerdict, say, type Verdict, verdictCells} from './support/verdict.ts';

/**
 * All benches with a goal, one after the other, at sizes that a small machine does in a
 * quarter of an hour, and what they found in one table. Each prints ratios to a floor of
 * its own run; on a machine that does other work, too, they scatter.
 *
 *   npx tsx bench/run.ts [names of benches]
 */
const BENCHES: readonly (readonly [name: string, ...sizes: readonly number[]])[] = [
  ['drain'],
  ['latency', 1000, 10_000, 3],
  ['snapshot', 1_000_000, 3],
  ['takeover', 10_000, 5],
  ['ivm'],
  ['cost'],
  ['stalled'],
  ['soak', 6],
];

const wanted = process.argv.slice(2);
const table: (readonly string[])[] = [];
for (const [name, ...sizes] of BENCHES) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  say(`\n${name} ${sizes.join(' ')}  (load ${loadavg()[0]!.toFixed(1)})`);
  const {verdicts, code} = await run(name, sizes);
  for (const one of verdicts) table.push([name, ...verdictCells(one)]);
  if (code !== 0 && verdicts.length === 0) table.push([name, 'it failed', '', '', 'missed']);
  if (code === 0 && verdicts.length === 0) table.push([name, 'see above', '', '', '']);
}
say('');
const widths = [0, 1, 2, 3].map((at) => Math.max(...table.map((cells) => cells[at]!.length)));
for (const cells of table) say(cells.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '));
process.exitCode = table.some((cells) => cells.at(-1) === 'missed') ? 1 : 0;

async function run(
  name: string,
  sizes: readonly number[],
): Promise<{readonly verdicts: readonly Verdict[]; readonly code: number}> {
  const verdicts: Verdict[] = [];
  const child = fork(resolve(import.meta.dirname, `${name}.ts`), sizes.map(String));
  child.on('message', (said) => {
    if (isVerdict(said)) verdicts.push(said);
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return {verdicts, code: code ?? 1};
}
