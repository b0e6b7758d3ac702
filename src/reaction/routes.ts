import type {Event} from '../data/event.ts';
import type {Problem} from '../lib/problem.ts';
import {type Change, type Operation, templateContext} from './changes.ts';
import {reactionProblems} from './problems.ts';
import type {Template, Templates} from './templates.ts';

/** What a reaction's configuration says of how changes are put into words. */
export interface RouteOptions {
  readonly id: string;
  readonly routes: Readonly<Record<string, OperationTemplates>>;
  readonly defaultTemplate: OperationTemplates | undefined;
}

export interface OperationTemplates {
  readonly added?: OperationTemplate;
  readonly updated?: OperationTemplate;
  readonly deleted?: OperationTemplate;
}

export interface OperationTemplate {
  /** Empty: the change as JSON. */
  readonly template: string;
  readonly path?: string;
}

/** How one operation of one query is put into words. */
export interface Route {
  /** undefined: as JSON. */
  readonly text: Template | undefined;
  readonly path: Template | undefined;
  /** The path's template as it was written. */
  readonly pathText: string | undefined;
}

export interface Routes {
  /** Whether anything is said of a query, so that its changes are routed one by one. */
  covers(queryId: string): boolean;
  /** undefined: nothing is said of this operation. */
  of(queryId: string, operation: Operation): Route | undefined;
  readonly all: readonly Route[];
}

type Compiled = Partial<Record<Operation, Route>>;

/**
 * Compiles every template, or throws the Problem of the first that is none. A route is
 * found by the query's id, or by what follows its last dot, as Drasi finds it.
 */
export function compileRoutes(options: RouteOptions, templates: Templates): Routes {
  const byQuery = new Map(
    Object.entries(options.routes).map(([queryId, operations]) => [
      queryId,
      compiled(options.id, `routes.${queryId}`, operations, templates),
    ]),
  );
  const fallback = options.defaultTemplate
    ? compiled(options.id, 'defaultTemplate', options.defaultTemplate, templates)
    : undefined;
  const find = (queryId: string): Compiled | undefined =>
    byQuery.get(queryId) ?? byQuery.get(queryId.slice(queryId.lastIndexOf('.') + 1));

  return {
    covers: (queryId) => fallback !== undefined || find(queryId) !== undefined,
    of: (queryId, operation) => find(queryId)?.[operation] ?? fallback?.[operation],
    all: [...byQuery.values(), fallback ?? {}].flatMap((routes) => Object.values(routes)),
  };
}

function compiled(
  reaction: string,
  where: string,
  operations: OperationTemplates,
  templates: Templates,
): Compiled {
  const one = (part: string, text: string | undefined): Template | undefined => {
    if (!text) return undefined;
    try {
      return templates.compile(text);
    } catch (cause) {
      const facts = {reaction, where: `${where}.${part}`, reason: reasonOf(cause)};
      throw reactionProblems['template-invalid'](facts, {cause});
    }
  };
  const entries = (['added', 'updated', 'deleted'] as const).flatMap((operation) => {
    const spec = operations[operation];
    if (!spec) return [];
    const text = one(`${operation}.template`, spec.template);
    const path = one(`${operation}.path`, spec.path);
    return [[operation, {text, path, pathText: spec.path}] as const];
  });
  return Object.fromEntries(entries);
}

/** What a template makes of a change; a Problem where it fails on the row. */
export function rendered(template: Template, event: Event, change: Change): string | Problem {
  try {
    return template(templateContext(event, change));
  } catch (cause) {
    const facts = {queryId: event.queryId, reason: reasonOf(cause)};
    return reactionProblems['template-failed'](facts, {cause});
  }
}

const reasonOf = (cause: unknown): string =>
  cause instanceof Error ? cause.message : String(cause);
