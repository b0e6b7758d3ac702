// @ts-check
/**
 * What the service sends, as types. The formats are in docs of the API; here stands only
 * what the page reads.
 *
 * @typedef {import('./exact.js').Row} Row
 *
 * @typedef {object} WireEvent One query's diff by one transaction.
 * @property {string} queryId
 * @property {readonly {key: string | number, after: Row, crc?: number}[]} added
 * @property {readonly {key: string | number, before: Row, after: Row, crc?: number}[]} updated
 * @property {readonly {key: string | number, before: Row}[]} deleted
 * @property {number} sequence Counts 1, 2, 3 … over all events of the service.
 * @property {number} timestamp When it was committed, milliseconds since 1970.
 * @property {boolean} [coalesced] It is the net diff of all events of its query `from` … `to`,
 *   and one of the `transaction`'s `parts` that together tell of all queries.
 * @property {number} [from]
 * @property {number} [to]
 * @property {{lsn: string, kind?: string, part?: number, parts?: number}} transaction
 *
 * @typedef {object} WireSnapshot A part of one query's whole result.
 * @property {string} queryId
 * @property {number} sequence The result is as of this event.
 * @property {string} lsn
 * @property {readonly {key: string | number, after: Row, crc?: number}[]} rows
 * @property {number} [part]
 * @property {number} [parts]
 *
 * @typedef {object} WireProgress Sent when the position moves, and while it does not.
 * @property {number} [sequence] All events up to it were sent.
 * @property {Readonly<Record<string, {count: number, checksum: number}>>} [results] What they
 *   come to at `sequence`.
 * @property {string | null} [lsn]
 * @property {number | null} [lagBytes]
 * @property {number | null} [lagMs]
 *
 * @typedef {object} WireProblem
 * @property {string} code
 * @property {string} message
 * @property {string} [detail]
 * @property {string} [hint]
 *
 * @typedef {object} WireQuery
 * @property {string} id
 * @property {string} [status]
 * @property {WireProblem | null} [error]
 * @property {readonly WireProblem[]} [errors] All of them, where there are several.
 * @property {{reason: string, source: string | null, since: string} | null} [stale] Nobody keeps
 *   its result up to date now: its source does not, or it is failed or stopped itself.
 * @property {readonly WireOrderKey[] | null} [orderBy] Empty without an ORDER BY.
 *
 * @typedef {{column: string | null, direction: 'asc' | 'desc', nulls: 'first' | 'last'}} WireOrderKey
 *   `column`: null where its rows do not show it.
 *
 * @typedef {object} WireTop The first rows of a result, in its order, all of one moment.
 * @property {readonly {key: string, after: Row}[]} results
 * @property {string | null} cursor null: they are all of them.
 *
 * @typedef {object} WireSource
 * @property {string} id
 * @property {string} [kind]
 * @property {string} [status]
 * @property {SourceState} [state]
 * @property {{sinceMs: number} | null} [stale]
 * @property {WireProblem | null} [error]
 * @property {string | null} [receivedLsn]
 * @property {number | null} [lagBytes]
 * @property {number | null} [lagMs]
 * @property {readonly WireProblem[]} [warnings]
 * @property {WireSlot | null} [slot]
 * @property {WireVerified | null} [verified]
 * @property {WireVerification | null} [verification] null: it is off.
 *
 * @typedef {{at: string, lsn: string, rows: number}} WireVerified
 *
 * @typedef {object} WireVerification
 * @property {boolean} running
 * @property {{at: string, problem: WireProblem} | null} [found] The last difference.
 * @property {{at: string, problem: WireProblem} | null} [givenUp] Why the last look came to nothing.
 *
 * @typedef {object} WireSlot
 * @property {number} retainedBytes
 * @property {number | null} minutesToLoss
 * @property {string | null} [endsBy] `server` or `limit`.
 * @property {number | null} [limitBytes]
 * @property {WireBlocker} [blocker]
 *
 * @typedef {object} WireBlocker What the server waits for before it can forget log.
 * @property {string} kind
 * @property {number} [pid]
 * @property {string} [application]
 * @property {string} [state]
 * @property {string} [gid]
 * @property {string} [slot]
 * @property {number} [openMs]
 *
 * @typedef {{
 *   kind: string,
 *   rowsRead?: number,
 *   attempt?: number,
 *   retryAtMs?: number,
 *   problem?: WireProblem,
 *   further?: readonly WireProblem[],
 * }} SourceState
 *   `further`: what else is wrong at the same time.
 */

export {};
