import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{src,bench}/**/*.spec.ts', 'test/support/**/*.spec.ts'],
          setupFiles: ['reflect-metadata'],
        },
      },
      {
        test: {
          name: 'system',
          include: ['test/**/*.test.ts'],
          setupFiles: ['reflect-metadata'],
          globalSetup: ['test/support/global-setup.ts'],
          testTimeout: 20_000,
          hookTimeout: 60_000,
          pool: 'threads',
          isolate: false,
          maxWorkers: 2,
          // Vitest wants projects with another number of workers in a group of their own.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
