import {join, resolve} from 'node:path';
import type {CliWorld} from './service.ts';

/** The folder of the demo: `.tailrace` in the project, or the one that TAILRACE_DATA names. */
export const demoFolder = ({env, root}: Pick<CliWorld, 'env' | 'root'>): string =>
  env.TAILRACE_DATA ? resolve(env.TAILRACE_DATA) : join(root, '.tailrace');

/**
 * A command as it has to be typed for this demo: there may be another one, and without the
 * name of its folder the command would go there. `data`: what TAILRACE_DATA says.
 */
export const forDemo = (data: string | undefined, command: string): string =>
  data ? `TAILRACE_DATA=${shellWord(data)} ${command}` : command;

/** What a shell takes as one word as it is. */
const WORD = /^[\w./~-]+$/;

/** A text as a shell has to be given it. */
export const shellWord = (text: string): string =>
  WORD.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
