import {defineConfig} from 'vitest/config';

const config = defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/global-postgres.ts'],
    // Small machines run the tests too; most of the time they wait for Postgres.
    maxWorkers: 2,
    testTimeout: 40_000,
    hookTimeout: 30_000,
  },
});

// biome-ignore lint/style/noDefaultExport: vitest reads its configuration from there.
export default config;
