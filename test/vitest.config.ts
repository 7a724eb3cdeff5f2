// The tests that need a server: integration, faults, and the rules of the repository.

import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'integration',
    include: ['rules.test.ts', 'integration/**/*.test.ts', 'fault/**/*.test.ts'],
    globalSetup: 'kit/global-setup.ts',
    pool: 'forks',
    maxWorkers: 2,
    // Each file has its own database; loading the server anew for each took a sixth of all the time.
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Here a test that fails is looked at; in CI it is run once more, and its line says so.
    retry: process.env.CI === undefined ? 0 : 1,
    // What is waited for comes when it comes: a busy machine is no failure.
    expect: { poll: { timeout: 15_000 } },
  },
});
