// Loaded before the conformance suite on Node 20: the suite imports `globSync` from `fs`, which is there from Node 22 on, for a
// command that nothing here runs. Without the name its modules do not link.
// @ts-check

import fs from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const source = `
export * from 'node:fs';
export { default } from 'node:fs';
export function globSync() { throw new Error('globSync needs Node 22'); }
`;

// Hooks run in a thread of their own, which imports this file anew.
if (isMainThread && !('globSync' in fs)) register(import.meta.url);

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, next) {
  const isSuite = context.parentURL?.includes('/@modelcontextprotocol/conformance/') ?? false;
  if (!isSuite || specifier !== 'fs') return next(specifier, context);
  return { url: `data:text/javascript,${encodeURIComponent(source)}`, shortCircuit: true };
}
