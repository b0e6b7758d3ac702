import {own} from '../lib/own.ts';
import type {Problem} from '../lib/problem.ts';
import type {Ignored} from './dialect.ts';
import {child, type Entry, type MapNode, type Node, scalar} from './node.ts';
import {problems} from './problems.ts';
import {shown} from './shown.ts';

/** What a URL's query may say, and the settings it says it of. */
const PARAMETERS: Readonly<Record<string, string>> = {
  sslmode: 'sslMode',
  sslrootcert: 'sslCa',
  host: 'host',
  port: 'port',
  user: 'user',
  password: 'password',
  dbname: 'database',
};

/** What else a URL said, and nothing here reads. */
export interface Spread {
  readonly source: Node;
  readonly ignored: readonly Ignored[];
}

/**
 * A source with its `connectionString` taken apart into the settings that it stands for.
 * A setting that the source has of its own wins. No problem shows any part of the string.
 */
export function withConnectionString(
  source: Node,
  subject: string,
  report: (problem: Problem) => void,
): Spread {
  const given = child(source, 'connectionString');
  if (source.kind !== 'map' || given?.kind !== 'scalar') return {source, ignored: []};
  const rest = source.entries.filter(({key}) => key !== 'connectionString');
  if (given.unresolved) return {source: openEnded(source, rest), ignored: []};
  const parts = partsOf(given.text);
  if (typeof parts === 'string') {
    const facts = {subject, reason: parts};
    report(problems['connection-string'](facts, {place: given.place}));
    return {source: openEnded(source, rest), ignored: []};
  }
  const entries = parts.settings
    .filter(([key]) => child(source, key) === undefined)
    .map(([key, text]) => entryOf(key, scalar(text, given.place, 'so, in connectionString')));
  const ignored = parts.ignored.map((name) => ({
    name: `${shown(name)} in connectionString of ${subject}`,
    place: given.place,
  }));
  const own = rest.filter(({key}) => child(source, key) !== undefined);
  return {source: {...source, entries: [...own, ...entries]}, ignored};
}

const entryOf = (key: string, value: Node): Entry => ({key, keyPlace: value.place, value});

/** The string cannot be read, so nobody knows which settings are missing. */
function openEnded(source: MapNode, rest: readonly Entry[]): MapNode {
  const place = child(source, 'connectionString')!.place;
  const unknown = (key: string): Entry =>
    entryOf(key, {...scalar('', place, 'so, in connectionString'), unresolved: true});
  const missing = ['database', 'user'].filter((key) => child(source, key) === undefined);
  return {...source, entries: [...rest, ...missing.map(unknown)]};
}

interface Parts {
  readonly settings: readonly (readonly [key: string, text: string])[];
  readonly ignored: readonly string[];
}

/** The parts, or why there are none. */
function partsOf(text: string): Parts | string {
  if (!/^postgres(?:ql)?:\/\//i.test(text)) return 'it does not begin with postgres://';
  if (!URL.canParse(text)) {
    return 'host, port or password hold a character that must be percent-encoded';
  }
  const url = new URL(text);
  if (url.hash) return 'it has a "#", which must be percent-encoded';
  const settings = new Map<string, string>();
  const ignored: string[] = [];
  try {
    const hostname = decodeURIComponent(url.hostname.replace(/^\[(.*)\]$/, '$1'));
    if (hostname) settings.set('host', hostname);
    if (url.port) settings.set('port', url.port);
    if (url.username) settings.set('user', decodeURIComponent(url.username));
    if (url.password) settings.set('password', decodeURIComponent(url.password));
    if (url.pathname.length > 1)
      settings.set('database', decodeURIComponent(url.pathname.slice(1)));
  } catch {
    return 'a "%" in it begins no percent-encoded character';
  }
  for (const [name, value] of url.searchParams) {
    const key = own(PARAMETERS, name);
    if (key === undefined) ignored.push(name);
    else settings.set(key, key === 'sslMode' && value === 'allow' ? 'prefer' : value);
  }
  return {settings: [...settings], ignored};
}
