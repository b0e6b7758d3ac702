import {aborted} from './ends.ts';
import {type CliWorld, stopService} from './service.ts';

/** `tailrace --config FILE`: runs the service until `signal` is aborted. */
export async function serve(
  path: string,
  {world, pretty, signal}: {world: CliWorld; pretty: boolean; signal: AbortSignal},
): Promise<void> {
  const {config, warnings} = await world.loadConfig({path, env: world.env});
  const log = world.openLog({level: config.logLevel, pretty});
  for (const warning of warnings) log.warn(warning.message, {...warning.toJSON()});

  const service = await world.startService(config, log);
  const {api, dashboard, streams} = service.addresses;
  log.info('the service listens', {id: config.id, api, dashboard, streams});
  await aborted(signal);
  log.info('the service stops');
  await stopService(service, {config, clock: world.clock, log});
}
