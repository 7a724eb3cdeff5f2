// `npm run demo`: makes the checkout ready, then lives the main job through in a real browser without a person.
// @ts-check

import { join } from 'node:path';
import { prepareDependencies, prepareExtension, prepareServer } from '../../server/bin/bootstrap.mjs';
import { ensureChromium } from '../../server/bin/chromium.mjs';
import { repository, runLoudly } from '../../server/bin/step.mjs';

await prepareDependencies();
const chromium = await ensureChromium();
await prepareServer();
await prepareExtension();
const code = await runLoudly(process.execPath, ['--import', 'tsx', 'demo/demo.ts', ...process.argv.slice(2)], {
  cwd: join(repository, 'test'),
  env: { KEYTRAIL_CHROMIUM: chromium },
});
process.exit(code);
