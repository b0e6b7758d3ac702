import type {Table} from '../../data/schema.ts';
import {nearest} from '../../lib/nearest.ts';
import {Problems} from '../../lib/problem.ts';
import type {Catalog} from '../catalog.ts';
import type {Plan} from '../plan.ts';
import {withInputs} from '../plan-walk.ts';
import {decoder} from './decoder.ts';
import type {Element} from './element.ts';
import {jqMapper} from './jq.ts';
import type {Jq} from './jq-program.ts';
import {mapper} from './map.ts';
import {merged} from './merge.ts';
import {parseJson} from './parse-json.ts';
import {problems} from './problems.ts';
import {promote} from './promote.ts';
import {relabel} from './relabel.ts';
import {type Misfit, type Settings, settingsOf} from './settings.ts';
import {unwind} from './unwind.ts';

/**
 * Drasi's middleware: what happens to the rows of a source before a query sees them. Here
 * it is a part of the query's plan: a function of the rows, kept up to date like all else.
 */
export interface Middleware {
  readonly kind: string;
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Answers the elements that come out, of those that go in. Throws Problems. */
export type Step = (elements: readonly Element[], tools: StepTools) => readonly Element[];

/** What a step may work with besides. */
export interface StepTools {
  readonly jq: Jq | undefined;
}

/** Reads the settings of a kind; without jq its programs are not looked at. */
type Make = (settings: Settings, tools: StepTools) => Step;

const KINDS: Readonly<Record<string, Make>> = {
  decoder,
  jq: jqMapper,
  map: mapper,
  parse_json: parseJson,
  promote,
  relabel,
  unwind,
};

/** All that is wrong with a middleware whatever the tables are; of its programs, given jq. */
export function middlewareMisfits(middleware: Middleware, tools: StepTools): readonly Misfit[] {
  return made(middleware, tools).misfits;
}

function made(
  middleware: Middleware,
  tools: StepTools,
): {readonly step: Step | undefined; readonly misfits: readonly Misfit[]} {
  const {kind, name} = middleware;
  const make = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  if (!make) {
    const known = Object.keys(KINDS);
    const facts = {kind, name, known, nearest: nearest(kind, known)};
    const misfit = {problem: problems['middleware-kind'](facts), path: ['kind']};
    return {step: undefined, misfits: [misfit]};
  }
  const settings = settingsOf(middleware);
  const step = make(settings, tools);
  return {step, misfits: settings.misfits};
}

export interface Prepared {
  /** What a query can name after the middleware. */
  readonly catalog: Catalog;
  /** A plan over that catalog as one over the tables of the database. */
  readonly finish: (plan: Plan) => Plan;
}

/** A catalog as a query sees it through middleware, in the order of the list. */
export function throughMiddleware(
  catalog: Catalog,
  pipeline: readonly Middleware[],
  tools: StepTools,
): Prepared {
  if (pipeline.length === 0) return {catalog, finish: (plan) => plan};
  let elements: readonly Element[] = catalog.tables.map(asElement);
  for (const middleware of pipeline) {
    const {step, misfits} = made(middleware, tools);
    if (misfits.length > 0) throw new Problems(misfits.map(({problem}) => problem));
    if (step) elements = merged(step(elements, tools));
  }
  const plans = new Map(elements.map(({table, plan}) => [table.id, plan]));
  return {
    catalog: {...catalog, tables: elements.map(({table}) => table)},
    finish: (plan) => replaced(plan, plans),
  };
}

const asElement = (table: Table): Element => ({
  table,
  plan: {kind: 'scan', columns: table.columns, table: table.id},
});

function replaced(plan: Plan, plans: ReadonlyMap<string, Plan>): Plan {
  const done = new Map<Plan, Plan>();
  const change = (node: Plan): Plan => {
    const held = done.get(node);
    if (held) return held;
    const made = node.kind === 'scan' ? (plans.get(node.table) ?? node) : withInputs(node, change);
    done.set(node, made);
    return made;
  };
  return change(plan);
}
