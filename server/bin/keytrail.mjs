#!/usr/bin/env node
// `keytrail COMMAND`, also as `npm run keytrail -- COMMAND`: makes the checkout ready and runs server/src/cli.ts as it is built.
// @ts-check

import { prepareDependencies, prepareServer, serverCli } from './bootstrap.mjs';

await prepareDependencies();
await prepareServer();
process.setSourceMapsEnabled(true);
const { runCommand } = await import(serverCli);
process.exitCode = await runCommand(process.argv.slice(2), (/** @type {string} */ line) => console.log(line));
