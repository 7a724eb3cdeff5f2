// `npm test`: types, lint, unit, integration and end-to-end tests, in this order, to the first failure.
// @ts-check

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { prepareDependencies, prepareExtension, prepareServer } from '../../server/bin/bootstrap.mjs';
import { ensureChromium } from '../../server/bin/chromium.mjs';
import { repository, runLoudly, toSeconds } from '../../server/bin/step.mjs';

/** Every stage runs its commands one after the other: [package folder, program, ...arguments]. */
const stages = {
  types: [
    ['shared', 'tsc'],
    ['server', 'tsc'],
    ['extension', 'tsc', '--noEmit'],
    ['test', 'tsc'],
  ],
  lint: [['.', 'biome', 'ci', '.']],
  unit: ['shared', 'server', 'extension'].map((name) => [name, 'vitest', 'run', '--pool=forks', '--maxWorkers=2']),
  integration: [['test', 'vitest', 'run']],
  e2e: [['test', 'playwright', 'test']],
};

const selected = readSelection();
await prepareDependencies();
const env = selected.includes('e2e') ? await prepareBrowser() : {};

const startedAt = Date.now();
for (const [index, name] of selected.entries()) {
  const stageStartedAt = Date.now();
  console.log(`\n== ${name} (${index + 1} of ${selected.length})`);
  for (const [folder = '', program = '', ...args] of stages[name]) {
    const cwd = join(repository, folder);
    const code = await runLoudly(join(cwd, 'node_modules/.bin', program), args, { cwd, env });
    if (code !== 0) {
      console.error(`\n${name} failed in ${folder} after ${toSeconds(stageStartedAt)}.`);
      process.exit(code);
    }
  }
  // The last words on the screen are the last runner's own.
  if (index < selected.length - 1)
    console.log(`== ${name}: ok, ${toSeconds(stageStartedAt)} (${toSeconds(startedAt)} in all)`);
}

async function prepareBrowser() {
  const chromium = await ensureChromium();
  await prepareServer();
  await prepareExtension();
  return { KEYTRAIL_CHROMIUM: chromium };
}

/** @returns {(keyof typeof stages)[]} */
function readSelection() {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const wanted = values.only?.split(',') ?? Object.keys(stages);
  const unknown = wanted.filter((name) => !(name in stages));
  if (unknown.length > 0) {
    console.error(
      `There is no stage ${unknown.join(', ')}; --only takes ${Object.keys(stages).join(', ')}, separated by commas.`,
    );
    process.exit(2);
  }
  return /** @type {(keyof typeof stages)[]} */ (Object.keys(stages).filter((name) => wanted.includes(name)));
}
