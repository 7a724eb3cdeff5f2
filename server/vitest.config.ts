import { defineConfig } from 'vitest/config';

// Properties take long on a busy machine, which is no failure.
export default defineConfig({ test: { name: 'server', include: ['src/**/*.test.ts'], testTimeout: 30_000 } });
