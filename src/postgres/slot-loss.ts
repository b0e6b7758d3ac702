/** What pg_replication_slots tells of whether a slot is whole; newer columns may be absent. */
export interface SlotHealthRow {
  readonly restart_lsn: string | null;
  readonly wal_status: string | null;
  /** Postgres 17 and newer. */
  readonly invalidation_reason?: string | null;
  /** Postgres 16 and newer. In 16 true of every slot that was given up, whatever for. */
  readonly conflicting?: boolean | null;
}

/** Why the server has given a slot up, and what keeps it from happening again. */
export interface SlotLoss {
  /** Postgres's word, or the one it would have today. */
  readonly reason: string;
  /** A sentence without its full stop. */
  readonly why: string;
  readonly hint: string;
}

// https://www.postgresql.org/docs/current/view-pg-replication-slots.html
const LOSSES: Readonly<Record<string, Omit<SlotLoss, 'reason'>>> = {
  wal_removed: {
    why: 'It held back more log than max_slot_wal_keep_size allows, and the server removed that log',
    hint:
      "ALTER SYSTEM SET max_slot_wal_keep_size = '16GB'; SELECT pg_reload_conf();\n" +
      'or find out why the service fell behind: GET /api/v1/sources/{id}/slot',
  },
  rows_removed: {
    why: 'Rows of the catalog that it still needed were removed (by vacuum on the primary)',
    hint: 'on a standby set hot_standby_feedback = on, and use a physical slot for its primary',
  },
  wal_level_insufficient: {
    why: 'wal_level was below logical for a while',
    hint: 'ALTER SYSTEM SET wal_level = logical; and restart the server',
  },
  idle_timeout: {
    why: 'Nobody read from it for longer than idle_replication_slot_timeout',
    hint: 'raise idle_replication_slot_timeout above the longest time the service may be away',
  },
};

/** Why a slot is lost; undefined while it is whole. */
export function lossOf(slot: SlotHealthRow): SlotLoss | undefined {
  const reason = reasonOf(slot);
  if (reason === undefined) return undefined;
  const known = LOSSES[reason] ?? {
    why: `The server invalidated it (${reason})`,
    hint: 'see invalidation_reason in pg_replication_slots, in the manual of your Postgres',
  };
  return {reason, ...known};
}

function reasonOf(slot: SlotHealthRow): string | undefined {
  if (slot.invalidation_reason) return slot.invalidation_reason;
  // Before Postgres 17 there is no reason. A slot whose log is gone needs none of it.
  if (slot.restart_lsn === null) return 'wal_removed';
  if (slot.conflicting) return 'rows_removed';
  return slot.wal_status === 'lost' ? 'wal_removed' : undefined;
}
