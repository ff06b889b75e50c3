import { defineConfig } from 'vitest/config';

const services = 'src/testing/services/**';
/** Have modules of their own, because they replace some. */
const isolated = 'src/**/*.isolated.test.ts';

/**
 * Every test runs on both databases. Once: `*.postgres.test.ts`, which are about the servers (their crashes, several
 * nodes) or about the wire, and take long; `*.embedded.test.ts`, which are about the data folder, `*.unit.test.ts`,
 * which take long and need none, and the tests of the services themselves.
 */
export default defineConfig({
  test: {
    // Of two cores: most of the time a test waits.
    maxWorkers: 3,
    // Modules hold no state, so files of a worker can share them: loading them anew for each takes as long as the tests.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    expect: { poll: { timeout: 5_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'embedded',
          include: ['src/**/*.test.ts'],
          exclude: [services, 'src/**/*.postgres.test.ts', 'src/**/*.unit.test.ts', isolated],
          globalSetup: 'src/testing/embedded-setup.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ['src/**/*.test.ts'],
          exclude: [services, 'src/**/*.embedded.test.ts', 'src/**/*.unit.test.ts', isolated],
          globalSetup: 'src/testing/postgres-setup.ts',
        },
      },
      ...['embedded', 'postgres'].map((database) => ({
        extends: true as const,
        test: {
          name: `${database}-isolated`,
          include: [isolated],
          isolate: true,
          globalSetup: `src/testing/${database}-setup.ts`,
        },
      })),
      { extends: true, test: { name: 'unit', include: ['src/**/*.unit.test.ts'] } },
      { extends: true, test: { name: 'services', include: [`${services}/*.test.ts`] } },
    ],
  },
});
