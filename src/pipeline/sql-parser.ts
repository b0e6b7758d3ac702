import {loadModule} from 'libpg-query';

/**
 * Makes Postgres's grammar, a WebAssembly module, ready: once in a process, before the
 * first query in SQL is read. A further call has nothing to do.
 */
export const loadSqlParser = (): Promise<void> => loadModule();
