import {join, resolve} from 'node:path';
import type {CliWorld} from './service.ts';

/** The folder of the demo: `.tailrace` in the project, or the one that TAILRACE_DATA names. */
export const demoFolder = ({env, root}: Pick<CliWorld, 'env' | 'root'>): string =>
  env.TAILRACE_DATA ? resolve(env.TAILRACE_DATA) : join(root, '.tailrace');
