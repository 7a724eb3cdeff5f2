// Which files of the build the popup opens from. Left to itself the bundler cuts its code along what pages share, into some
// thirty files, and each costs a way through the browser before the first paint.

import { join } from 'node:path';
import type { Plugin } from 'vite';

const popup = join(import.meta.dirname, 'src/entrypoints/popup');

/** What the popup reads with, and what it shows with: the second loads while the first is at work. */
export const popupChunks: Plugin = {
  name: 'popup-chunks',
  outputOptions(options) {
    // Workers and content scripts are one file each.
    if (options.format === 'iife') return null;
    const groups = [
      { ...toGroup('popup-start', join(popup, 'main.tsx')), priority: 2 },
      { ...toGroup('popup-render', join(popup, 'render.tsx')), priority: 1 },
    ];
    return { ...options, codeSplitting: { groups } };
  },
  // Both are asked for at once: the second is there when the first asks for it.
  transformIndexHtml: {
    order: 'post',
    handler(_html, { path, bundle = {} }) {
      if (!/\bpopup\b/.test(path)) return [];
      return Object.keys(bundle)
        .filter((file) => file.includes('popup-render'))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'modulepreload', crossorigin: true, href: `/${file}` },
          injectTo: 'head',
        }));
    },
  },
};

/** What a bundler tells of its modules. */
interface Bundle {
  getModuleInfo(id: string): { readonly importedIds: readonly string[] } | null;
}

/** One file for all that an entry reaches by static imports. */
function toGroup(chunk: string, entry: string) {
  let reached: ReadonlySet<string> | undefined;
  return {
    debugName: chunk,
    name: (id: string, bundle: Bundle) => {
      reached ??= reach(entry, bundle);
      return id !== entry && reached.has(id) ? chunk : null;
    },
  };
}

function reach(entry: string, bundle: Bundle): ReadonlySet<string> {
  const found = new Set([entry]);
  // A set that grows while it is walked is walked to its end.
  for (const id of found) for (const imported of bundle.getModuleInfo(id)?.importedIds ?? []) found.add(imported);
  return found;
}
