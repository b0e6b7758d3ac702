import type {JoinDeclaration} from '../../../src/query/catalog.ts';
import {compile} from '../../../src/query/compile.ts';
import type {Jq} from '../../../src/query/middleware/jq-program.ts';
import type {Middleware} from '../../../src/query/middleware/middleware.ts';
import {catalogOf, type Data, type Running, running} from '../cypher/running.ts';

export interface Story {
  /** The columns of each table, as `catalogOf` takes them. */
  readonly tables: Readonly<Record<string, string>>;
  readonly joins?: readonly JoinDeclaration[];
  readonly middleware?: readonly Middleware[];
  readonly jq?: Jq;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly query: string;
  readonly data: Data;
}

/** A query over tables that change, compiled as the service compiles it. */
export function story({tables, joins = [], query, data, ...given}: Story): Running {
  const catalog = catalogOf(tables, joins);
  return running(compile(query, {language: undefined, catalog, ...given}), catalog, data);
}

/** What nothing said looks like. */
export const QUIET = {added: [], updated: [], deleted: []};

export const added = (...rows: string[]) => ({...QUIET, added: rows});
export const updated = (...rows: string[]) => ({...QUIET, updated: rows});
export const deleted = (...rows: string[]) => ({...QUIET, deleted: rows});
