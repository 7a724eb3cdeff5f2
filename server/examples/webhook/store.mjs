// What this webhook keeps: one file, sealed with a key of its own (AES-256-GCM), written anew and put in place at once.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { openText, sealText } from './protocol.mjs';

/**
 * Opens the store in a folder. `state` is what is kept: the binding, credentials by id, used tickets with their ends, receipts
 * that Keytrail has not taken yet. Change it only inside `change`.
 */
export function openStore(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = readKey(join(folder, 'webhook.key'));
  const file = join(folder, 'vault.sealed');
  const empty = { binding: null, usedCodes: [], credentials: {}, usedTickets: {}, receipts: [] };
  const store = {
    state: existsSync(file) ? JSON.parse(openText(key, 'vault', readFileSync(file, 'utf8'))) : empty,
    /** Carries out a change and returns once it is on the disk; what throws, or is not on the disk, has not happened. */
    change(work) {
      const next = structuredClone(store.state);
      const result = work(next);
      writeDurably(file, sealText(key, 'vault', JSON.stringify(next)));
      store.state = next;
      return result;
    },
    /** The fields of a credential as they lie on the disk. */
    readBack: (id) => JSON.parse(openText(key, 'vault', readFileSync(file, 'utf8'))).credentials[id]?.fields,
  };
  return store;
}

function readKey(file) {
  if (!existsSync(file)) writeDurably(file, randomBytes(32).toString('base64'));
  return Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
}

/** Puts a file in place whole; what was there before stays until then. */
export function writeDurably(file, text) {
  const next = openSync(`${file}.next`, 'w', 0o600);
  writeFileSync(next, text);
  fsyncSync(next);
  closeSync(next);
  renameSync(`${file}.next`, file);
}
