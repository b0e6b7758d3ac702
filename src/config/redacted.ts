import type {Config} from './config.ts';

/** The configuration as it may be shown: whether there is a password, and not which. */
export function redacted(config: Config): Config {
  const sources = config.sources.map((source) => ({
    ...source,
    password: source.password === '' ? '' : '********',
  }));
  return {...config, sources};
}
