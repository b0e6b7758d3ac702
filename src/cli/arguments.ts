import {parseArgs} from 'node:util';
import {nearest} from '../lib/nearest.ts';
import type {Problem} from '../lib/problem.ts';
import {cliProblems} from './problems.ts';

/** What the user asked for on the command line. */
export type Command =
  | {readonly kind: 'demo'}
  | {readonly kind: 'serve'; readonly path: string}
  | {readonly kind: 'validate'; readonly path: string}
  | {readonly kind: 'sql'; readonly statement: string | undefined}
  | {readonly kind: 'help'}
  | {readonly kind: 'version'};

/** `args`: the command line after the program's name. Throws a Problem on what is not known. */
export function readArguments(args: readonly string[]): Command {
  const {values, positionals} = parsed(args);
  const [name, ...rest] = positionals;
  if (values.help || name === 'help') return {kind: 'help'};
  if (values.version) return {kind: 'version'};
  if (name !== undefined && !COMMANDS.includes(name)) throw noCommand(name);

  if (name === 'sql') {
    if (values.config !== undefined) throw fault('"sql" speaks to the demo and takes no --config');
    return {kind: 'sql', statement: rest.length > 0 ? rest.join(' ') : undefined};
  }
  // `validate FILE` needs no --config.
  const path = values.config ?? (name === 'validate' ? rest.shift() : undefined);
  if (rest.length > 0) throw fault(`"${rest[0]}" is one argument too many`);
  if (name === 'validate') {
    if (path === undefined) throw fault('"validate" needs a FILE');
    return {kind: 'validate', path};
  }
  if (path === undefined) return {kind: 'demo'};
  if (name === 'demo') throw fault('the demo has its own configuration and takes no --config');
  return {kind: 'serve', path};
}

const COMMANDS: readonly string[] = ['demo', 'validate', 'sql'];

function noCommand(name: string): Problem {
  if (/\.ya?ml$/.test(name)) {
    return fault(`"${name}" is no command; a configuration is named with --config ${name}`);
  }
  const meant = nearest(name, COMMANDS);
  return fault(`there is no command "${name}"${meant ? `; did you mean "${meant}"?` : ''}`);
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: {type: 'string', short: 'c'},
        help: {type: 'boolean', short: 'h'},
        version: {type: 'boolean', short: 'v'},
      },
    });
  } catch (error) {
    // parseArgs throws nothing but its own findings about `args`.
    const [sentence = ''] = (error as Error).message.split('. ');
    throw cliProblems['command-line']({fault: sentence}, {cause: error});
  }
}

const fault = (text: string) => cliProblems['command-line']({fault: text});

export const HELP = `Live query results from Postgres, over plain HTTP.

  tailrace                          the demo: its own Postgres, this machine's figures
  tailrace --config FILE            the service, on the Postgres that FILE names
  tailrace validate FILE            every problem of FILE, without starting anything
  tailrace sql "STATEMENT"          runs SQL in the demo's Postgres; without one, from stdin

  -c, --config FILE    the configuration (YAML)
  -h, --help           this text
  -v, --version        the version

Environment of the demo: PORT (8080) and SSE_PORT (8081), where it listens; HOST (127.0.0.1);
TAILRACE_DATA, its folder (.tailrace).
From a checkout, put npm in front: npm start -- --config FILE, npm run sql -- "STATEMENT".
`;
