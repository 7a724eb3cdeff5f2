#!/usr/bin/env node
// `keytrail COMMAND`, also as `npm run keytrail -- COMMAND`: makes the checkout ready and runs server/src/cli.ts.
// @ts-check

import { prepareDependencies } from './bootstrap.mjs';

await prepareDependencies();
const { register } = await import('tsx/esm/api');
register();
const { runCommand } = await import('../src/cli.ts');
process.exitCode = await runCommand(process.argv.slice(2), (line) => console.log(line));
