import type {SourceStatus} from '../../src/source/source.ts';

/** Of a source that has heard nothing yet. */
export const SILENT_STATUS: Omit<SourceStatus, 'state'> = {
  sinceMs: 0,
  receivedLsn: undefined,
  acknowledgedLsn: undefined,
  serverLsn: undefined,
  lagBytes: undefined,
  lagMs: undefined,
  tables: [],
  warnings: [],
};
