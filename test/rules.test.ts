// The rules of the repository, read off its files: what ARCHITECTURE.md promises is true.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const repository = fileURLToPath(new URL('..', import.meta.url));

interface Source {
  /** From the repository's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly {
    readonly from: string;
    readonly kind: 'type' | 'value';
    readonly names: string;
  }[];
}

const sources = ['extension/src', 'server/src', 'shared/src', 'test'].flatMap(readSources);
const production = sources.filter(({ path }) => !path.startsWith('test/') && !/\.(test|fixture)\.tsx?$/.test(path));
const inFolder = (folder: string) => production.filter(({ path }) => path.startsWith(`${folder}/`));

test('the files of every package are found', () => {
  for (const folder of ['extension/src', 'server/src', 'shared/src']) {
    expect(inFolder(folder).length, folder).toBeGreaterThan(10);
  }
});

describe('server', () => {
  const levels = [
    ['base'],
    ['audit'],
    ['auth', 'rotation'],
    ['agents'],
    ['vault'],
    ['proxy'],
    ['trpc'],
    ['mcp', 'oauth', 'pages'],
    ['http'],
    ['jobs', 'app', 'main', 'cli', 'sentence'],
  ];
  const levelOf = (path: string) => {
    const place = path.replace(/^server\/src\//, '').split(/[/.]/)[0] ?? '';
    return levels.findIndex((level) => level.includes(place));
  };

  test('an import goes to the same folder or to a lower level', () => {
    const wrong = inFolder('server/src').flatMap((source) =>
      localImports(source)
        .filter((target) => dirname(target) !== dirname(source.path) && target.startsWith('server/src/'))
        .filter((target) => levelOf(source.path) < 0 || levelOf(target) >= levelOf(source.path))
        .map((target) => `${source.path} -> ${target}`),
    );
    // app, jobs, main and cli put everything together and lie in one folder.
    expect(wrong).toEqual([]);
  });

  test('only the door opens secrets, and what a start opens of the server’s own', () => {
    expect(importers(/base\/envelope\.ts$|^\.\/envelope\.ts$/, /\bopen\b/)).toEqual([
      'server/src/base/master-key-check.ts',
      'server/src/base/server-secret.ts',
      // What it sealed itself, about a connection under way.
      'server/src/vault/connect-ticket.ts',
      'server/src/vault/open-field.ts',
      // What binds a webhook, which opens no credential.
      'server/src/vault/webhook-secret.ts',
    ]);
    // The door opens what is asked for; a refresh and a connection open what only the provider gets.
    expect(importers(/open-field\.ts$/, /openField/)).toEqual([
      'server/src/vault/connect.ts',
      'server/src/vault/opening.ts',
      'server/src/vault/refresh.ts',
    ]);
    expect(importers(/opening\.ts$/, /openForUse/)).toEqual(['server/src/vault/access.ts']);
    expect(importers(/opening\.ts$/, /openReady/)).toEqual(['server/src/vault/access.ts']);
    expect(importers(/opening\.ts$/, /openForMove/)).toEqual(['server/src/vault/webhook-move-out.ts']);
  });

  test('only a rotation re-wraps, and the server’s own secret beside it', () => {
    expect(importers(/base\/envelope\.ts$|^\.\/envelope\.ts$/, /\brewrap\b/)).toEqual([
      'server/src/base/server-secret.ts',
      'server/src/rotation/rewrap-boxes.ts',
    ]);
  });

  test('only the append writes events, through the functions that may', () => {
    expect(pathsWith(inFolder('server/src'), /append_batch|append_for_account|append_uses?\b/)).toEqual([
      'server/src/audit/append-calls.ts',
      'server/src/audit/append-counts.ts',
      'server/src/audit/append.ts',
      // Names it in a comment on the table that only the function writes.
      'server/src/base/schema.ts',
    ]);
    expect(pathsWith(inFolder('server/src'), /insert(\s+into\s+|\()events\b/i)).toEqual([]);
  });

  test('one file reads the environment, one makes the logger', () => {
    expect(pathsWith(inFolder('server/src'), /process\.env/)).toEqual(['server/src/base/config.ts']);
    expect(importers(/^pino$/, /\bpino\b/)).toEqual(['server/src/base/log.ts']);
  });

  test('one file knows which version this is', () => {
    expect(pathsWith(inFolder('server/src'), /'\.\.\/\.\.\/package\.json'|\bversion: '\d/)).toEqual([
      'server/src/base/server-version.ts',
    ]);
  });

  test('one file asks the key management service', () => {
    expect(importers(/^@aws-sdk\//, /./)).toEqual(['server/src/base/aws-kms.ts']);
  });

  test('one file calls out: there the address is checked', () => {
    expect(pathsWith(inFolder('server/src'), /\bfetch\(|from 'undici'|https?\.request\(/)).toEqual([
      'server/src/base/outbound.ts',
    ]);
  });
});

describe('extension', () => {
  const files = inFolder('extension/src');

  test('of the server it knows the type of its API and nothing else', () => {
    const taken = files.flatMap(({ imports }) => imports.filter(({ from }) => from.startsWith('@keytrail/server')));
    expect(taken.length).toBeGreaterThan(0);
    expect(taken.filter(({ from, kind }) => kind !== 'type' || from !== '@keytrail/server/trpc/root')).toEqual([]);
  });

  test('each entrypoint is a sealed world: itself, lib, ui and shared', () => {
    const wrong = files.flatMap((source) => {
      const own = /^extension\/src\/entrypoints\/[^/]+/.exec(source.path)?.[0];
      const allowed = [...(own === undefined ? [] : [`${own}/`]), 'extension/src/lib/', 'extension/src/ui/'];
      return localImports(source)
        .filter((target) => !allowed.some((start) => target.startsWith(start)))
        .map((target) => `${source.path} -> ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  test('lib knows nothing of ui', () => {
    const wrong = inFolder('extension/src/lib').flatMap((source) =>
      localImports(source).filter((target) => !target.startsWith('extension/src/lib/')),
    );
    expect(wrong).toEqual([]);
  });

  test('the content script takes its messages and shared code only: the page it runs in is hostile', () => {
    const reached = reach('extension/src/entrypoints/autofill.content/index.ts');
    const foreign = reached.filter((path) => !path.startsWith('extension/src/entrypoints/autofill.content/'));
    expect(
      foreign.filter((path) => path !== 'extension/src/lib/messages.ts' && !path.startsWith('shared/src/')),
    ).toEqual([]);
    const packages = sources
      .filter(({ path }) => reached.includes(path))
      .flatMap(({ imports }) => imports.filter(({ kind }) => kind !== 'type').map(({ from }) => from))
      .filter((from) => /^(dexie|@trpc|react)/.test(from));
    expect(packages).toEqual([]);
  });

  test('the content script asks the document through prototypes: names in the markup stand in the way of its members', () => {
    const own = inFolder('extension/src/entrypoints/autofill.content');
    expect(pathsWith(own, /\bdocument\.[a-z]|\.ownerDocument\b|\.baseURI\b/)).toEqual([
      'extension/src/entrypoints/autofill.content/unclobbered.ts',
    ]);
  });

  test('the popup’s first paint waits for no schema: what it loads reaches no zod', () => {
    const reached = reach('extension/src/entrypoints/popup/main.tsx');
    expect(reached.length).toBeGreaterThan(30);
    const schemas = sources
      .filter(({ path }) => reached.includes(path))
      .filter(({ imports }) => imports.some(({ from, kind }) => kind !== 'type' && /^zod(\/|$)/.test(from)))
      .map(({ path }) => path);
    expect(schemas).toEqual([]);
  });

  test('one file fetches, one opens the database', () => {
    expect(pathsWith(files, /\bfetch\(/)).toEqual(['extension/src/lib/outbound.ts']);
    expect(pathsWith(files, /new Dexie\(|extends Dexie\b/)).toEqual(['extension/src/lib/db.ts']);
  });
});

describe('shared', () => {
  test('it runs anywhere: zod, @noble and ipaddr.js, no Node, no DOM', () => {
    const foreign = inFolder('shared/src').flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ from }) => !from.startsWith('./') && !['zod', 'ipaddr.js'].includes(from) && !from.startsWith('@noble/'),
        )
        .map(({ from }) => `${path} -> ${from}`),
    );
    expect(foreign).toEqual([]);
    expect(pathsWith(inFolder('shared/src'), /(?<![-\w])(document|window|process|Buffer)\./)).toEqual([]);
  });
});

describe('everywhere', () => {
  test('no barrels: no file only passes on what others export', () => {
    expect(pathsWith(sources, /^export (\*|\{[^}]*\}) from /m)).toEqual([]);
  });

  test('no default exports but where a tool demands one', () => {
    const demanded = [
      /\.config\.ts$/,
      /^extension\/src\/entrypoints\/[^/]+\/index\.tsx?$/,
      /^test\/kit\/global-setup\.ts$/,
    ];
    const wrong = pathsWith(sources, /^export default /m).filter((path) => !demanded.some((tool) => tool.test(path)));
    expect(wrong).toEqual([]);
  });

  test('a file opens with a sentence that says what it is', () => {
    const silent = production.filter(({ text }) => !/^(\/\/|\/\*\*?|\/\*\n)/.test(text)).map(({ path }) => path);
    expect(silent).toEqual([]);
  });

  test('no file is called after nothing: no utils, helpers, common, misc', () => {
    expect(sources.map(({ path }) => path).filter((path) => /\/(utils?|helpers?|common|misc)\b/.test(path))).toEqual(
      [],
    );
  });
});

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(join(repository, 'ARCHITECTURE.md'), 'utf8');

  test('every path that it names exists', () => {
    const named = [...text.matchAll(/`((?:extension|server|shared|test|docs|\.ci)\/[\w./-]+)`/g)].map(
      ([, path]) => path ?? '',
    );
    expect(named.length).toBeGreaterThan(20);
    expect(named.filter((path) => !exists(path))).toEqual([]);
  });

  test('the migration that it names for a function is the last one that defines it', () => {
    const folder = 'server/drizzle';
    const migrations = readdirSync(join(repository, folder)).filter((name) => name.endsWith('.sql'));
    const findLast = (name: string) =>
      migrations
        .toSorted()
        .findLast((file) => readFileSync(join(repository, folder, file), 'utf8').includes(`FUNCTION ${name}(`));
    // Named in one parenthesis with it, and before it.
    const named = [...text.matchAll(/\(([^()]*)`server\/drizzle\/(\w+\.sql)`/g)].flatMap(([, before = '', file]) =>
      [...before.matchAll(/`([a-z]+(?:_[a-z]+)+)`/g)].map(([, name = '']) => ({ name, file })),
    );
    expect(named.length).toBeGreaterThan(3);
    expect(named).toEqual(named.map(({ name }) => ({ name, file: findLast(name) })));
  });

  test('every folder is named in it', () => {
    const folders = new Set(sources.map(({ path }) => dirname(path)));
    expect([...folders].filter((folder) => !text.includes(`\`${folder}\``))).toEqual([]);
  });
});

function readSources(folder: string): Source[] {
  return readdirSync(join(repository, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|\..*)$/.test(entry.name) ? [] : readSources(path);
    if (!/\.tsx?$/.test(entry.name)) return [];
    const text = readFileSync(join(repository, path), 'utf8');
    return [{ path, text, imports: readImports(text) }];
  });
}

function readImports(text: string): Source['imports'] {
  const statements = text.matchAll(
    /^\s*(?:import|export)\s+(type\s+)?([^'";]*?)\s*from\s+'([^']+)'|^import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...statements].map(([, type, names, from, bare, dynamic]) => ({
    from: from ?? bare ?? dynamic ?? '',
    kind: type === undefined ? 'value' : 'type',
    names: names ?? '',
  }));
}

/** Files of this repository that a file imports, types included. */
function localImports(source: Source): string[] {
  return source.imports
    .filter(({ from }) => from.startsWith('.') && /\.tsx?$/.test(from))
    .map(({ from }) => relative(repository, resolve(repository, dirname(source.path), from)).replaceAll('\\', '/'));
}

/** Every file that is reached from one by imports of values. */
function reach(start: string): string[] {
  const seen = new Set([start]);
  for (const path of seen) {
    const source = sources.find((candidate) => candidate.path === path);
    for (const { from, kind } of source?.imports ?? []) {
      if (kind === 'type') continue;
      if (from.startsWith('@keytrail/shared/'))
        seen.add(from.replace('@keytrail/shared/', 'shared/src/').concat('.ts'));
      else if (/^\..*\.tsx?$/.test(from)) seen.add(relative(repository, resolve(repository, dirname(path), from)));
    }
  }
  return [...seen];
}

function importers(from: RegExp, names: RegExp): string[] {
  return production
    .filter(({ imports }) => imports.some((item) => from.test(item.from) && names.test(item.names)))
    .map(({ path }) => path)
    .sort();
}

function pathsWith(among: readonly Source[], pattern: RegExp): string[] {
  return among
    .filter(({ text }) => pattern.test(text))
    .map(({ path }) => path)
    .filter((path) => path !== 'test/rules.test.ts')
    .sort();
}

function exists(path: string): boolean {
  try {
    return readdirSync(join(repository, dirname(path))).includes(path.replace(/\/$/, '').split('/').at(-1) ?? '');
  } catch {
    return false;
  }
}
