import {execFile} from 'node:child_process';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {promisify} from 'node:util';
import {expect, onTestFinished, test} from 'vitest';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/**
 * A disk of its own, in a mount namespace that goes with the script: root writes wherever
 * permissions forbid it, so the file system itself has to be read-only.
 */
const DISK = `
  set -e
  truncate -s 32M "$DIR/disk"
  mkfs.ext4 -q "$DIR/disk"
  mkdir "$DIR/mounted"
  on() { mount -o "loop,errors=remount-ro,$1" "$DIR/disk" "$DIR/mounted"; }
  off() { umount "$DIR/mounted"; e2fsck -fy "$DIR/disk" > "$DIR/fsck" 2>&1 || test $? -lt 4; }
  state() { sha256sum "$DIR/mounted/store/data.mdb"; ls "$DIR/mounted/store"; }
  fill() { "$NODE" --import tsx test/store/fill-until.ts "$DIR/mounted/store" "$@"; }
`;

async function onDisk(script: string): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'tailrace-read-only-'));
  onTestFinished(() => rm(folder, {recursive: true, force: true}));
  const env = {...process.env, DIR: folder, NODE: process.execPath};
  const args = ['--mount', 'bash', '-c', DISK + script];
  const {stdout} = await run('unshare', args, {cwd: root, env, timeout: 90_000});
  return stdout.trim().split('\n');
}

/** Whether this machine lets us mount a disk: as root, outside of most containers. */
async function mountable(): Promise<boolean> {
  if (process.env.TAILRACE_TEST_REQUIRE === 'all') return true;
  return onDisk('on rw').then(
    () => true,
    () => false,
  );
}

test('a disk that becomes read-only refuses a step as store-write-failed, and keeps the others', async ({
  skip,
}) => {
  if (!(await mountable())) skip('no disk can be mounted here');
  // What ext4 does when it finds an error: the whole disk is read-only, files that are open too.
  const [broken, again] = await onDisk(`
    on rw
    fill "/sys/fs/ext4/$(basename "$(findmnt -no SOURCE "$DIR/mounted")")/trigger_fs_error"
    off
    on rw
    fill`);
  expect(JSON.parse(broken!)).toEqual({
    epoch: 'first',
    found: 0,
    taken: 10,
    read: 10,
    refusal: 'store-write-failed',
  });
  expect(JSON.parse(again!)).toEqual({epoch: 'first', found: 10, taken: 30, read: 30});
}, 120_000);

test('a store on a disk that is read-only is refused as store-denied, and nothing in it changes', async ({
  skip,
}) => {
  if (!(await mountable())) skip('no disk can be mounted here');
  const [filled, ...rest] = await onDisk(`
    on rw
    fill
    state
    off
    on ro
    fill
    state`);
  expect(JSON.parse(filled!)).toEqual({epoch: 'first', found: 0, taken: 20, read: 20});
  const refused = rest.findIndex((line) => line.startsWith('{'));
  expect(JSON.parse(rest[refused]!)).toEqual({refusal: 'store-denied'});
  expect(rest.slice(refused + 1)).toEqual(rest.slice(0, refused));
  expect(rest.slice(0, refused)).toContain('data.mdb');
}, 120_000);
