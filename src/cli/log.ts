import {type DestinationStream, pino} from 'pino';
import pretty from 'pino-pretty';
import type {Fields, Log} from '../lib/log.ts';

/** Where a secret may stand in the facts of a line, at any of the first three depths. */
const SECRETS = ['password', 'token', 'secret', 'authorization', 'cookie', 'connectionString'];
const REDACTED = SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error';

/**
 * The diary of the service. It goes to stderr, one JSON object a line, so that stdout
 * belongs to what the service is asked for; `pretty`: lines for people instead. Written at
 * once: what led to an end must not be lost in a buffer.
 */
export function openLog(options: {
  readonly level: LogLevel;
  readonly pretty: boolean;
  readonly colors: boolean;
  readonly stream: DestinationStream;
}): Log {
  const stream = options.pretty
    ? pretty({
        sync: true,
        colorize: options.colors,
        ignore: 'pid,hostname',
        translateTime: 'SYS:HH:MM:ss',
        destination: options.stream as NodeJS.WritableStream,
      })
    : options.stream;
  const logger = pino(
    {
      level: options.level,
      redact: REDACTED,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {level: (level) => ({level})},
    },
    stream,
  );
  const line =
    (level: 'error' | 'warn' | 'info' | 'debug') =>
    (message: string, fields: Fields = {}) =>
      logger[level](fields, message);
  return {error: line('error'), warn: line('warn'), info: line('info'), debug: line('debug')};
}
