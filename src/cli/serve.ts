import {aborted} from './ends.ts';
import {type CliWorld, type RunningService, runService} from './service.ts';

/** `tailrace --config FILE`: runs the service until `signal` is aborted. */
export async function serve(
  path: string,
  {world, pretty, signal}: {world: CliWorld; pretty: boolean; signal: AbortSignal},
): Promise<void> {
  const {config, warnings} = await world.loadConfig({path, env: world.env});
  const log = world.openLog({level: config.logLevel, pretty});
  for (const warning of warnings) log.warn(warning.message, {...warning.toJSON()});

  const meanwhile = async (service: RunningService, ending: AbortSignal): Promise<void> => {
    const {api, dashboard, streams} = service.addresses;
    log.info('the service listens', {id: config.id, api, dashboard, streams});
    await aborted(ending);
    log.info('the service stops');
  };
  await runService(config, {world, log, signal, meanwhile});
}
