import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

const shared = {
  pool: 'forks' as const,
  testTimeout: 30_000,
  hookTimeout: 120_000,
  globalSetup: 'test/support/postgres.ts',
  setupFiles: ['test/support/seed.ts'],
  // Left alone, Vitest keeps one of two processors for itself, which is idle most of the time.
  maxWorkers: Math.max(2, availableParallelism() - 1),
};

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          // Files share the modules that a worker has loaded: loading them anew for each took a third of the whole.
          isolate: false,
          include: [
            'src/**/*.test.ts',
            'shop/**/*.test.ts',
            'studio/**/*.test.ts',
            'test/house/**/*.test.ts',
            'test/port/**/*.test.ts',
          ],
        },
      },
      { test: { ...shared, name: 'walk', include: ['test/walk/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 1 } },
      {
        test: { ...shared, name: 'compat', include: ['test/compat/**/*.test.ts'], testTimeout: 60_000, maxWorkers: 1 },
      },
      { test: { ...shared, name: 'fault', include: ['test/fault/**/*.test.ts'], testTimeout: 120_000 } },
      { test: { ...shared, name: 'crash', include: ['test/crash/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 1 } },
    ],
  },
});
