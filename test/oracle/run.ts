import {spawn} from 'node:child_process';
import {parseArgs} from 'node:util';

/**
 * The oracle for as long as one likes: `npm run oracle -- --minutes 60 --seed 1
 * --commits 50`. Every query is compared with Postgres after every commit; a difference ends
 * it, shrunk, with the seed that makes it again.
 */
const {values} = parseArgs({
  options: {
    minutes: {type: 'string', default: '10'},
    seed: {type: 'string', default: '1'},
    commits: {type: 'string', default: '12'},
  },
});
const run = spawn('npx', ['vitest', 'run', 'test/oracle/oracle.test.ts'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    TAILRACE_ORACLE_MINUTES: values.minutes,
    TAILRACE_ORACLE_SEED: values.seed,
    TAILRACE_ORACLE_COMMITS: values.commits,
  },
});
run.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
