import type {Request} from 'express';
import type {Key} from '../data/key.ts';
import {type Moment, parseMoment} from '../data/moment.ts';
import {parseCursor} from './cursor.ts';
import {apiProblems} from './problems.ts';

/** The parameters that several routes take; a Problem is thrown where one has no value of its own. */

export function askedLimit(value: string, pageRows: number): number {
  const limit = Number(value);
  if (/^\d+$/.test(value) && limit >= 1 && limit <= pageRows) return limit;
  const hint = `a number from 1 to ${pageRows}; without it all rows are sent`;
  throw apiProblems['parameter-invalid']({name: 'limit', value, hint});
}

export function askedPlace(value: string): Key {
  const key = parseCursor(value);
  if (key !== undefined) return key;
  const hint = 'hand back the cursor of an earlier answer as it was';
  throw apiProblems['parameter-invalid']({name: 'cursor', value, hint});
}

/** A moment that a parameter names; undefined where there is no such parameter. */
export function askedMoment({query}: Request, name: string): Moment | undefined {
  if (query[name] === undefined) return undefined;
  const value = String(query[name]);
  const moment = parseMoment(value);
  if (moment) return moment;
  const hint = 'a sequence (1842), a position (0/1A2B3C8) or a time (2026-01-02T03:04:05.678Z)';
  throw apiProblems['parameter-invalid']({name, value, hint});
}

/** The same request with another parameter, as a link. */
export function linkWith(request: Request, changes: Readonly<Record<string, string>>): string {
  const url = new URL(request.originalUrl, 'http://localhost');
  for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
  return `${url.pathname}${url.search}`;
}
