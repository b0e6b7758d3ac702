import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {platform} from 'node:os';
import {expect, test} from 'vitest';
import {fromProc, fromPs} from '../../src/lib/process-table.ts';

const ways = [
  ['ps', fromPs] as const,
  ...(platform() === 'linux' ? [['/proc', fromProc] as const] : []),
];

test.each(ways)('%s tells the command line and the birth of a process', async (_name, look) => {
  const child = spawn('sleep', ['59.5'], {stdio: 'ignore'});
  await once(child, 'spawn');
  const found = await look(child.pid!);
  expect(found?.command).toBe('sleep 59.5');
  expect(await look(child.pid!)).toEqual(found);
  expect((await look(process.pid))?.born).not.toBe('');

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(await look(child.pid!)).toBeUndefined();
});
