// Builds the server and its command line into `.output`, with what they depend on: as it is written it is translated at each start,
// and hundreds of files are looked for and opened, which takes longer than all the rest of a start.
// @ts-check

import { cp, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));
const output = `${folder}.output`;

await rm(output, { recursive: true, force: true });
await build({
  entryPoints: [`${folder}src/main.ts`, `${folder}src/cli.ts`],
  // As deep as the modules of `src` lie, which find other files beside them.
  outdir: `${output}/server`,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  sourcesContent: false,
  // What was written for `require` asks for Node's own modules by it.
  banner: {
    js: "import { createRequire as toRequire } from 'node:module'; const require = toRequire(import.meta.url);",
  },
  // A key management service is asked by few; a log's writer finds its other files beside itself.
  external: ['@aws-sdk/client-kms', 'pino'],
});
await cp(`${folder}src/pages/page.css`, `${output}/pages/page.css`);
