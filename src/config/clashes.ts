import type {Place, Problem} from '../lib/problem.ts';
import type {ReactionConfig, SourceConfig} from './config.ts';
import {problems} from './problems.ts';

/** A part of the service that listens. `/a/*` among its paths is `/a` and all below it. */
export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly paths: readonly string[];
  readonly place: Place;
}

/**
 * Reports parts that cannot both have the place where they would listen. What has one host
 * and port shares a listener, and only needs paths of its own; a listener on every address
 * leaves its port to no other.
 */
export function checkListeners(
  listeners: readonly Listener[],
  report: (problem: Problem) => void,
): void {
  for (const [index, late] of listeners.entries()) {
    const early = listeners.slice(0, index).find((other) => clash(other, late) !== undefined);
    if (!early) continue;
    const at = `${late.host.includes(':') ? `[${late.host}]` : late.host}:${late.port}`;
    const facts = {subject: late.name, other: early.name, at: `${at}${clash(early, late)}`};
    report(problems['listener-clash'](facts, {place: late.place}));
  }
}

const EVERY_ADDRESS = ['0.0.0.0', '::'];

/** The path that both would take, "" for the whole port; undefined where they get on. */
function clash(a: Listener, b: Listener): string | undefined {
  if (a.port !== b.port || a.port === 0) return undefined;
  if (a.host !== b.host) {
    return [a.host, b.host].some((host) => EVERY_ADDRESS.includes(host)) ? '' : undefined;
  }
  return b.paths.find((path) => a.paths.some((taken) => covers(taken, path)));
}

function covers(taken: string, path: string): boolean {
  if (!taken.endsWith('/*')) return path === taken;
  return path === taken.slice(0, -2) || path.startsWith(taken.slice(0, -1));
}

/** Reports sources that would read from one slot, which Postgres gives to one at a time. */
export function checkSlots(
  sources: readonly {readonly source: SourceConfig; readonly place: Place}[],
  report: (problem: Problem) => void,
): void {
  for (const [index, {source, place}] of sources.entries()) {
    const early = sources
      .slice(0, index)
      .find(({source: other}) =>
        (['host', 'port', 'slotName'] as const).every((key) => other[key] === source[key]),
      );
    if (!early) continue;
    const names = {subject: `source "${source.id}"`, other: `source "${early.source.id}"`};
    report(problems['slot-shared']({...names, slot: source.slotName}, {place}));
  }
}

/** Where a reaction listens; undefined for one that does not. */
export function listenerOf(reaction: ReactionConfig, place: Place): Listener | undefined {
  if (reaction.kind !== 'sse') return undefined;
  const {id, host, port, ssePath} = reaction;
  const path = `/${ssePath.split('/').filter(Boolean).join('/')}`;
  return {name: `reaction "${id}"`, host, port, paths: [path], place};
}
