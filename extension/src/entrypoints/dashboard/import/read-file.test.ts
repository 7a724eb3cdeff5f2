import { expect, test } from 'vitest';
import { readFile } from './read-file.ts';

const read = (bytes: BlobPart, name = 'export.csv') => readFile(new File([bytes], name));

test.each([
  ['UTF-8', new TextEncoder().encode('ä,b')],
  ['UTF-8 with a mark', new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa4, 0x2c, 0x62])],
  ['UTF-16, little end first', new Uint8Array([0xff, 0xfe, 0xe4, 0, 0x2c, 0, 0x62, 0])],
])('%s is read', async (_, bytes) => {
  expect(await read(bytes)).toMatchObject({ kind: 'text', text: 'ä,b', isEnv: false });
});

test.each([
  ['Windows-1252', new Uint8Array([0xe4, 0x2c, 0x62]), 'not_text'],
  ['a picture', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0, 0]), 'not_text'],
  ['too much', new Uint8Array(5 * 1024 * 1024 + 1), 'too_large'],
])('%s is refused rather than guessed at', async (_, bytes, why) => {
  expect(await read(bytes)).toEqual({ kind: 'unreadable', why });
});

test.each([
  ['.env', true],
  ['.env.production', true],
  ['shop.env', true],
  ['env', true],
  ['environment.csv', false],
  ['my.env.csv', false],
  ['Chrome Passwords.csv', false],
])('%s is an .env file: %s', async (name, isEnv) => {
  expect(await read('A=1', name)).toMatchObject({ isEnv });
});
