// Builds the server into `.output`: as it is written it is translated at each start, which takes longer than all the rest of it,
// and by a translator that names every function at run time. Dependencies stay where they are.
// @ts-check

import { cp, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const folder = fileURLToPath(new URL('..', import.meta.url));
const output = `${folder}.output`;
const server = JSON.parse(await readFile(`${folder}package.json`, 'utf8'));
const installed = new Set(Object.keys(server.dependencies).filter((name) => name !== '@keytrail/shared'));

await rm(output, { recursive: true, force: true });
await build({
  entryPoints: [`${folder}src/main.ts`],
  // As deep as the modules of `src` lie, which find other files beside them.
  outdir: `${output}/server`,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  platform: 'node',
  format: 'esm',
  target: 'node20.19',
  sourcemap: true,
  plugins: [
    {
      name: 'dependencies',
      setup: ({ onResolve }) =>
        onResolve({ filter: /^[^./]/ }, ({ path }) => {
          const name = path
            .split('/')
            .slice(0, path.startsWith('@') ? 2 : 1)
            .join('/');
          return installed.has(name) ? { path, external: true } : null;
        }),
    },
  ],
});
await cp(`${folder}src/pages/page.css`, `${output}/pages/page.css`);
