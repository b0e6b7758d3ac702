import type {Context} from './context.ts';
import {
  EMPTY_SCOPE,
  type Frame,
  newLevel,
  type Scope,
  type Site,
  type WithQueries,
} from './scope.ts';

/** What a query sees besides its own FROM: WITH queries, and the query around it. */
export interface Environment {
  readonly context: Context;
  readonly frame: Frame | undefined;
  readonly withQueries: WithQueries;
}

/** A site of a clause; what it computes besides is collected in a level of its own. */
export const siteOf = (
  environment: Environment,
  clause: string,
  scope: Scope = EMPTY_SCOPE,
): Site => ({
  ...environment,
  scope,
  level: newLevel(),
  clause,
  aggregates: false,
  windows: false,
  selected: new Set(),
  namedWindows: new Map(),
  clock: undefined,
});
