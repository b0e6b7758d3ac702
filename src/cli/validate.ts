import type {Config} from '../config/config.ts';
import {problemText} from '../lib/problem.ts';
import type {CliWorld} from './service.ts';

/**
 * `tailrace validate FILE`: reads a configuration and starts nothing. Throws all
 * its Problems at once; without any, writes its warnings and a summary.
 */
export async function validate(path: string, world: CliWorld): Promise<void> {
  const {config, warnings} = await world.loadConfig({path, env: world.env});
  for (const warning of warnings) world.write(`warning: ${problemText(warning)}`);
  world.write(`ok: ${summary(config)}`);
}

function summary({sources, queries, reactions}: Config): string {
  return [
    counted(sources.length, ['source', 'sources']),
    counted(queries.length, ['query', 'queries']),
    counted(reactions.length, ['reaction', 'reactions']),
  ].join(', ');
}

const counted = (count: number, [one, many]: readonly [string, string]): string =>
  `${count} ${count === 1 ? one : many}`;
