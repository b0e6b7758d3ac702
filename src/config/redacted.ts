import type {Config} from './config.ts';

/** The configuration as it may be shown: whether there is a secret, and not which. */
export function redacted(config: Config): Config {
  const sources = config.sources.map((source) => ({...source, password: hidden(source.password)}));
  return {...config, apiToken: hidden(config.apiToken), sources};
}

const hidden = (secret: string): string => (secret === '' ? '' : '********');
