// Which messages came in already, kept beside the store: what was recorded on its way does not work again after a restart either.
// Nothing here is secret, so it is a file of its own, one line a message, and no message waits for the whole store to be written.

import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { writeDurably } from './store.mjs';

/** Opens what is kept in a folder. */
export function openSeen(folder) {
  const file = join(folder, 'messages.seen');
  const ends = new Map(existsSync(file) ? readLines(readFileSync(file, 'utf8')) : []);
  let roomFor = 0;
  let descriptor = rewrite();

  /** Without what is over, and without the half of a line that a crash left. */
  function rewrite() {
    const now = Date.now();
    for (const [id, end] of ends) if (end < now) ends.delete(id);
    writeDurably(file, [...ends].map(toLine).join(''));
    roomFor = ends.size + 1000;
    return openSync(file, 'a');
  }

  return {
    /** Notes an id until then and returns once it is on the disk: true; false where it was noted before. */
    note(id, end) {
      if ((ends.get(id) ?? 0) >= Date.now()) return false;
      writeSync(descriptor, toLine([id, end]));
      fsyncSync(descriptor);
      ends.set(id, end);
      if (--roomFor === 0) {
        closeSync(descriptor);
        descriptor = rewrite();
      }
      return true;
    },
  };
}

const toLine = ([id, end]) => `${JSON.stringify([id, end])}\n`;

function readLines(text) {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line)];
    } catch {
      return [];
    }
  });
}
