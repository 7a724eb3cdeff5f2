// Which files of the build the popup opens from. Left to itself the bundler cuts its code along what pages share, into some
// thirty files, and each costs a way through the browser before the first paint. Two are enough: a small one that begins
// to read what is shown, and the large one that shows it, which is loaded meanwhile.

import { join } from 'node:path';
import type { Plugin } from 'vite';

const entry = join(import.meta.dirname, 'src/entrypoints/popup/main.tsx');
const reading = join(import.meta.dirname, 'src/entrypoints/popup/reading.ts');
const readingChunk = 'popup-reading';

/** What every page runs first is too small for a file of its own. */
const extras = /wxt-html-plugins/;

/** All that the popup imports in its two scripts, and its style in the document itself. */
export const popupChunks: Plugin = {
  name: 'popup-chunks',
  outputOptions(options) {
    // Workers and content scripts are one file each.
    if (options.format === 'iife') return null;
    const isReading = toMembership(reading);
    const isAny = toMembership(entry);
    const groups = [
      // First, since a group takes along what its modules need.
      {
        priority: 1,
        name: (id: string, bundle: Bundle) => (isReading(id, bundle) || extras.test(id) ? readingChunk : null),
      },
      { name: (id: string, bundle: Bundle) => (id !== entry && isAny(id, bundle) ? 'popup-all' : null) },
    ];
    return { ...options, codeSplitting: { groups } };
  },
  transformIndexHtml: {
    order: 'post',
    handler(html, { path, bundle = {} }) {
      if (!/\bpopup\b/.test(path)) return html;
      const styled = html.replace(/<link rel="stylesheet"[^>]* href="\/([^"]+)">/g, (link, file) => {
        const style = bundle[file];
        return style?.type === 'asset' ? `<style>${style.source}</style>` : link;
      });
      // A script of its own runs as soon as it is there; what the main one imports would wait for all the others.
      const first = Object.keys(bundle).find((file) => file.includes(`/${readingChunk}-`));
      if (first === undefined) throw new Error(`the popup has no script ${readingChunk}`);
      return styled.replace('<script ', `<script type="module" crossorigin src="/${first}"></script>\n    <script `);
    },
  },
};

/** What a bundler tells of its modules. */
interface Bundle {
  getModuleInfo(id: string): { readonly importedIds: readonly string[]; readonly code: string | null } | null;
}

/** Tells what a module needs before it can run, itself included, from all else. */
function toMembership(first: string): (id: string, bundle: Bundle) => boolean {
  let reached: ReadonlySet<string> | undefined;
  return (id, bundle) => {
    reached ??= reach(first, bundle);
    return reached.has(id);
  };
}

/** Packages of one file that hands on everything they have: what a module takes from them stands in its import alone. */
const collections = /\/(?:radix-ui|lucide-react)\/dist\/(?:esm\/)?(?:index|lucide-react)\.m?js$/;

/** What a module needs before it can run, and what that needs in turn; of a collection only what is asked of it. */
function reach(first: string, bundle: Bundle): ReadonlySet<string> {
  const found = new Set([first]);
  // A set that grows while it is walked is walked to its end.
  for (const id of found) {
    if (collections.test(id)) continue;
    const { importedIds = [], code } = bundle.getModuleInfo(id) ?? {};
    for (const imported of importedIds) {
      found.add(imported);
      if (!collections.test(imported)) continue;
      const wanted = toFileNames(code ?? '');
      for (const member of bundle.getModuleInfo(imported)?.importedIds ?? [])
        if (wanted.test(member)) found.add(member);
    }
  }
  return found;
}

/** Finds the files of what a module imports by name: `DropdownMenu` is in `react-dropdown-menu`, `KeyRound` in `key-round`. */
function toFileNames(code: string): RegExp {
  const clauses = [...code.matchAll(/import\s*\{([^}]*)\}\s*from/g)].flatMap(([, names = '']) => names.split(','));
  const files = clauses
    .map((clause) => /^\s*([A-Z]\w*)/.exec(clause)?.[1])
    .filter((name) => name !== undefined)
    .map((name) => name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase());
  return new RegExp(`/(?:react-)?(?:${files.join('|')})(?:\\.m?js$|/)`);
}
