// Which files of the build the popup opens from. Left to itself the bundler cuts its code along what pages share, into some
// thirty files, and each costs a way through the browser before the first paint.

import { join } from 'node:path';
import type { Plugin } from 'vite';

const entry = join(import.meta.dirname, 'src/entrypoints/popup/main.tsx');

/** One script for all that the popup imports, and its style in the document itself. */
export const popupChunks: Plugin = {
  name: 'popup-chunks',
  outputOptions(options) {
    // Workers and content scripts are one file each.
    if (options.format === 'iife') return null;
    let reached: ReadonlySet<string> | undefined;
    const name = (id: string, bundle: Bundle) => {
      reached ??= reach(entry, bundle);
      return id !== entry && reached.has(id) ? 'popup-all' : null;
    };
    return { ...options, codeSplitting: { groups: [{ name }] } };
  },
  transformIndexHtml: {
    order: 'post',
    handler(html, { path, bundle = {} }) {
      if (!/\bpopup\b/.test(path)) return html;
      return html.replace(/<link rel="stylesheet"[^>]* href="\/([^"]+)">/g, (link, file) => {
        const style = bundle[file];
        return style?.type === 'asset' ? `<style>${style.source}</style>` : link;
      });
    },
  },
};

/** What a bundler tells of its modules. */
interface Bundle {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

function reach(first: string, bundle: Bundle): ReadonlySet<string> {
  const found = new Set([first]);
  // A set that grows while it is walked is walked to its end.
  for (const id of found) for (const imported of bundle.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}
