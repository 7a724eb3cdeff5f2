// End-to-end tests: one browser at a time, since each is a whole Chromium with the extension in it.

import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: 'e2e',
  outputDir: 'test-results',
  workers: 1,
  fullyParallel: false,
  // Here a test that fails is looked at; in CI it is run once more and reported as flaky, not as passed.
  retries: process.env.CI === undefined ? 0 : 1,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list']],
});
