import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    // The image of a migrated database that each test's server starts from.
    globalSetup: '../backend/src/testing/embedded-setup.ts',
    maxWorkers: 2,
    testTimeout: 20_000,
    expect: { poll: { interval: 10, timeout: 8_000 } },
  },
});
