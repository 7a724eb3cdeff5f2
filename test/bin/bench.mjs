// `npm run bench -- NAME`: runs test/load/NAME.ts, whose last line is its figures as JSON; without a name lists them.
// @ts-check

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDependencies, prepareServer } from '../../server/bin/bootstrap.mjs';
import { ensureChromium } from '../../server/bin/chromium.mjs';
import { repository, runLoudly } from '../../server/bin/step.mjs';

const folder = join(repository, 'test/load');
const names = existsSync(folder)
  ? readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => file.slice(0, -3))
      .sort()
  : [];

const withBrowser = ['live', 'popup', 'scroll'];
const [name = '', ...args] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(
    `Usage: npm run bench -- NAME [arguments]. NAME is one of: ${names.join(', ') || '(there are none yet)'}.`,
  );
  process.exit(2);
}
await prepareDependencies();
await prepareServer();
const env = withBrowser.includes(name) ? { KEYTRAIL_CHROMIUM: await ensureChromium() } : {};
const code = await runLoudly(process.execPath, ['--import', 'tsx', `load/${name}.ts`, ...args], {
  cwd: join(repository, 'test'),
  env,
});
process.exit(code);
