// Unit tests of the extension: they lie beside the file they test and run against fakes of the browser and IndexedDB.
import { defineConfig } from 'vitest/config';
import { WxtVitest } from 'wxt/testing/vitest-plugin';

export default defineConfig({
  plugins: [WxtVitest()],
  test: { include: ['src/**/*.test.ts', 'src/**/*.test.tsx'], mockReset: true, restoreMocks: true },
});
