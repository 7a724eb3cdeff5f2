// What a person sees once the server is up: where it is, how the extension gets into the browser, what to do first.
// @ts-check

import { extensionFolder } from './bootstrap.mjs';

/** The address that the extension tries when nobody has told it another. */
const usualUrl = 'http://127.0.0.1:4310';

/** @param {{ url: string, dataDir: string, browser: string | undefined }} facts */
export function toScreen({ url, dataDir, browser }) {
  const rows = [
    ['Server', url],
    ['Data', dataDir],
    [
      'Extension',
      ...(browser === undefined ? howToLoad : [`Loaded into ${browser}, which is open on the welcome page.`]),
    ],
    ['First', ...firstSteps(url)],
    ['Stop', 'Ctrl-C. Everything is kept for the next start.'],
  ];
  const lines = rows.flatMap(([name = '', ...texts]) =>
    texts.map((text, index) => `  ${(index === 0 ? name : '').padEnd(11)}${text}`),
  );
  return ['', '  Keytrail is running.', '', ...lines, ''].join('\n');
}

const howToLoad = [
  'No browser was opened: there is no display here, or no Chromium that takes the extension.',
  'In Chromium, Chrome or Edge open chrome://extensions, turn on "Developer mode",',
  'choose "Load unpacked" and pick this folder:',
  extensionFolder,
];

/** @param {string} url */
function firstSteps(url) {
  return [
    'Open the Keytrail icon in the toolbar, create an account, and store a credential.',
    ...(url === usualUrl ? [] : [`Enter ${url} as the server's address when you sign in.`]),
  ];
}
