import type {Place, Problem} from '../lib/problem.ts';
import type {ReactionConfig, SourceConfig} from './config.ts';
import {problems} from './problems.ts';

/** A part of the service that listens. `path` is undefined for one that takes every path. */
export interface Listener {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly path: string | undefined;
  readonly place: Place;
}

/**
 * Reports parts that cannot both have the place where they would listen. Reactions of one
 * host and port share a listener, so they only need paths of their own; a listener on
 * every address leaves its port to nobody.
 */
export function checkListeners(
  listeners: readonly Listener[],
  report: (problem: Problem) => void,
): void {
  for (const [index, late] of listeners.entries()) {
    const early = listeners.slice(0, index).find((other) => clash(other, late));
    if (!early) continue;
    const at = `${late.host.includes(':') ? `[${late.host}]` : late.host}:${late.port}`;
    const facts = {subject: late.name, other: early.name, at: `${at}${late.path ?? ''}`};
    report(problems['listener-clash'](facts, {place: late.place}));
  }
}

const EVERY_ADDRESS = ['0.0.0.0', '::'];

function clash(a: Listener, b: Listener): boolean {
  if (a.port !== b.port || a.port === 0) return false;
  if (a.host === b.host) return a.path === undefined || b.path === undefined || a.path === b.path;
  return [a.host, b.host].some((host) => EVERY_ADDRESS.includes(host));
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
  const {id, host, port, ssePath: path} = reaction;
  return {name: `reaction "${id}"`, host, port, path, place};
}
