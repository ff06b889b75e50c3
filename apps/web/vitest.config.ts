import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: 2,
    testTimeout: 45_000,
    hookTimeout: 120_000,
    expect: { poll: { interval: 25, timeout: 10_000 } },
    projects: [
      { extends: true, test: { name: 'unit', include: ['src/**/*.test.ts'] } },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/**/*.test.ts'],
          globalSetup: ['../../packages/backend/src/testing/embedded-setup.ts', 'test/build-setup.ts'],
        },
      },
    ],
  },
});
