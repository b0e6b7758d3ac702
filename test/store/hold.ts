import {claimFolder} from '../../src/lib/folder-claim.ts';
import {lmdbFile} from '../../src/store/lmdb-file.ts';

/**
 * Stops in the middle of a transaction of a store's maps: a process of its own. `claim`: it has
 * claimed their folder, as a service does.
 */
const [, , path, claim] = process.argv;
if (claim === 'claim') await claimFolder(path!, process.pid);
lmdbFile(path!).write([], () => {
  process.stdout.write(`${process.pid}\n`);
  process.kill(process.pid, 'SIGSTOP');
});
