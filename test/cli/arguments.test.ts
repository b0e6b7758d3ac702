import {expect, test} from 'vitest';
import {type Command, readArguments} from '../../src/cli/arguments.ts';
import {problemsOf} from '../../src/lib/problem.ts';

test.each<[line: string, args: string[], command: Command]>([
  ['nothing is the demo', [], {kind: 'demo'}],
  ['the demo can be named', ['demo'], {kind: 'demo'}],
  ['a configuration is the service', ['--config', 'a.yaml'], {kind: 'serve', path: 'a.yaml'}],
  ['-c is --config', ['-c', 'a.yaml'], {kind: 'serve', path: 'a.yaml'}],
  ['validate takes a file', ['validate', '-c', 'a.yaml'], {kind: 'validate', path: 'a.yaml'}],
  ['the file alone is enough for it', ['validate', 'a.yaml'], {kind: 'validate', path: 'a.yaml'}],
  ['sql takes a statement', ['sql', 'SELECT 1'], {kind: 'sql', statement: 'SELECT 1'}],
  ['sql joins what lost its quotes', ['sql', 'SELECT', '1'], {kind: 'sql', statement: 'SELECT 1'}],
  ['sql alone reads its input', ['sql'], {kind: 'sql', statement: undefined}],
  ['--help is heard beside other words', ['sql', '--help'], {kind: 'help'}],
  ['--version', ['--version'], {kind: 'version'}],
])('%s', (_line, args, command) => {
  expect(readArguments(args)).toEqual(command);
});

test.each<[line: string, args: string[], said: RegExp]>([
  ['a command nobody knows', ['strat'], /there is no command "strat"/],
  ['a command with a mistake', ['validat', 'a.yaml'], /no command "validat"; did you mean "valid/],
  ['an option nobody knows', ['--confg', 'a.yaml'], /--confg/],
  ['--config without a file', ['--config'], /--config/],
  ['validate without a file', ['validate'], /"validate" needs a FILE/],
  ['validate with two files', ['validate', 'a.yaml', 'b.yaml'], /"b.yaml" is one argument too/],
  ['validate with a file twice', ['validate', '-c', 'a.yaml', 'b.yaml'], /"b.yaml" is one/],
  ['a file in the place of a command', ['a.yaml'], /named with --config a.yaml/],
  ['sql on a configuration', ['sql', '-c', 'a.yaml', 'SELECT 1'], /takes no --config/],
  ['the demo on a configuration', ['demo', '-c', 'a.yaml'], /takes no --config/],
  ['an argument too many', ['demo', 'now'], /"now" is one argument too many/],
])('%s is a problem that names it', (_line, args, said) => {
  try {
    readArguments(args);
  } catch (error) {
    const [problem] = problemsOf(error);
    expect(problem?.code).toBe('command-line');
    expect(problem?.message).toMatch(said);
    return;
  }
  expect.unreachable('the command line was taken');
});
