import {type Lsn, lsnText} from '../data/lsn.ts';
import {unreachable} from '../lib/assert.ts';
import type {Problem} from '../lib/problem.ts';
import type {SourceState, SourceStatus} from '../source/source.ts';
import type {QueryView, ReactionView, ResultView, SourceView} from './service.ts';
import type {Stale} from './stale.ts';
import {verificationBody, verifiedBody} from './verification.ts';

/** Drasi's words for what state a component is in. */
type Status = 'Starting' | 'Running' | 'Stopped' | 'Error';

/** What the API tells of a query. Its results and its plan have routes of their own. */
export function queryBody(query: QueryView, stale?: Stale): Record<string, unknown> {
  const {id, text, language, autoStart, origin, sources, state} = query;
  const result = query.result();
  const self = `/api/v1/queries/${encodeURIComponent(id)}`;
  return {
    id,
    status: queryStatus(query),
    error: (state.kind === 'failed' && state.problems[0]) || null,
    errors: state.kind === 'failed' ? state.problems : [],
    query: text,
    queryLanguage: language ?? null,
    autoStart,
    origin,
    sources,
    columns: result?.columns.map(({name, type}) => ({name, type: type.name ?? type.kind})) ?? null,
    orderBy: result ? orderBody(result) : null,
    count: result?.count ?? null,
    sequence: result?.sequence ?? null,
    lsn: result?.lsn ?? null,
    asOf: result ? new Date(result.asOfMs).toISOString() : null,
    stale: stale ?? null,
    verified: verifiedBody(query.verified),
    links: {self, results: `${self}/results`, history: `${self}/history`, plan: `${self}/plan`},
  };
}

/** A key that is none of the columns has no name to be told by. */
function orderBody({orderBy, columns}: ResultView): readonly Record<string, unknown>[] {
  return orderBy.map(({column, descending, nullsFirst}) => ({
    column: column === undefined ? null : (columns[column]?.name ?? null),
    direction: descending ? 'desc' : 'asc',
    nulls: nullsFirst ? 'first' : 'last',
  }));
}

function queryStatus({state}: QueryView): Status {
  switch (state.kind) {
    case 'waiting':
      return 'Starting';
    case 'running':
      return 'Running';
    case 'failed':
      return 'Error';
    case 'stopped':
      return 'Stopped';
    default:
      return unreachable(state);
  }
}

export function sourceBody(source: SourceView): Record<string, unknown> {
  const {state, receivedLsn, acknowledgedLsn, serverLsn, stale, ...facts} = source.status();
  const {id, kind} = source;
  const self = `/api/v1/sources/${encodeURIComponent(id)}`;
  return {
    id,
    kind,
    status: sourceStatus(state),
    error: state.kind === 'waiting' ? state.problem : null,
    state,
    sinceMs: facts.sinceMs,
    receivedLsn: positionText(receivedLsn),
    acknowledgedLsn: positionText(acknowledgedLsn),
    serverLsn: positionText(serverLsn),
    lagBytes: facts.lagBytes ?? null,
    lagMs: facts.lagMs ?? null,
    transactions: facts.transactions ?? null,
    heartbeat: facts.heartbeat ?? null,
    stale: stale ? {sinceMs: stale.sinceMs, problem: stale.why ?? null} : null,
    slot: slotBody(facts.slot),
    ...verificationBody(facts),
    tables: facts.tables,
    warnings: facts.warnings,
    links: {self, slot: `${self}/slot`},
  };
}

/** What a slot costs its server; null until it was read. */
export function slotBody(slot: SourceStatus['slot']): Record<string, unknown> | null {
  if (!slot) return null;
  const {loss, logEnd, ...facts} = slot;
  const unknown = (value: number | undefined): number | null => value ?? null;
  return {
    ...facts,
    walStatus: slot.walStatus ?? null,
    lost: loss ?? null,
    activePid: slot.activePid ?? null,
    safeBytes: unknown(slot.safeBytes),
    limitBytes: unknown(slot.limitBytes),
    walBytesPerSecond: unknown(slot.walBytesPerSecond),
    growthBytesPerSecond: unknown(slot.growthBytesPerSecond),
    endsBy: slot.endsBy ?? null,
    endsInMs: unknown(slot.endsInMs),
    minutesToLoss: slot.endsInMs === undefined ? null : Math.round(slot.endsInMs / 6000) / 10,
    catalogXminAge: unknown(slot.catalogXminAge),
    logEnd: lsnText(logEnd),
  };
}

const positionText = (lsn: Lsn | undefined): string | null =>
  lsn === undefined ? null : lsnText(lsn);

function sourceStatus(state: SourceState): Status {
  switch (state.kind) {
    case 'connecting':
    case 'snapshotting':
      return 'Starting';
    case 'streaming':
      return 'Running';
    case 'waiting':
      return 'Error';
    case 'stopped':
      return 'Stopped';
    default:
      return unreachable(state);
  }
}

export function reactionBody(reaction: ReactionView): Record<string, unknown> {
  const {id, kind, queries} = reaction;
  const {state, ...facts} = reaction.status();
  const error: Problem | null = state.kind === 'failed' ? state.problem : null;
  const words = {stopped: 'Stopped', running: 'Running', failed: 'Error'} as const;
  return {
    id,
    kind,
    status: words[state.kind],
    error,
    queries,
    ...facts,
    links: {self: `/api/v1/reactions/${encodeURIComponent(id)}`},
  };
}
