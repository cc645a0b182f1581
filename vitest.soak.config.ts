import { defineConfig } from 'vitest/config';

/** The fault and cluster tests alone, one file at a time, with the counts of `npm run test:soak` and what is too long for `npm test`. */
export default defineConfig({
  test: {
    name: 'soak',
    include: ['test/{faults,cluster}/**/*.{test,soak}.ts'],
    setupFiles: ['reflect-metadata'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 120 * 60_000,
    hookTimeout: 10 * 60_000,
    pool: 'threads',
    fileParallelism: false,
  },
});
