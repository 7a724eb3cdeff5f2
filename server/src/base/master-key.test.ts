import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { addToKeyFile, prepareMasterKeys, readMasterKeys, removeFromKeyFile, toKeyFile } from './master-key.ts';

let dataDir: string;
let place: { dataDir: string; masterKeys: string | null; kmsKeyId: string | null };
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keytrail-keys-'));
  place = { dataDir, masterKeys: null, kmsKeyId: null };
});
afterEach(() => rm(dataDir, { recursive: true }));

const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
const versions = async () => [...(await readMasterKeys(place)).keys()];

test('a first start makes one key, once, that only its owner may read', async () => {
  await prepareMasterKeys(place);
  const made = await readFile(toKeyFile(place), 'utf8');
  expect(made).toMatch(/^1:[\w+/]{43}=\n$/);
  expect((await stat(toKeyFile(place))).mode & 0o777).toBe(0o600);
  await prepareMasterKeys(place);
  expect(await readFile(toKeyFile(place), 'utf8')).toBe(made);
});

test('two first starts at once agree on one key', async () => {
  await Promise.all(Array.from({ length: 8 }, () => prepareMasterKeys(place)));
  expect(await versions()).toEqual([1]);
  expect(await readdir(dataDir)).toEqual(['master.key']);
});

test.each([
  ['the environment', { masterKeys: `1:${key(1)}` }],
  ['a key management service', { kmsKeyId: 'alias/keytrail' }],
])('no file is made where %s has the key', async (_, given) => {
  await prepareMasterKeys({ ...place, ...given });
  expect(await readdir(dataDir)).toEqual([]);
});

test('keys are added and taken out one at a time; the others stay, the file stays closed, and no draft is left', async () => {
  await prepareMasterKeys(place);
  const before = await readMasterKeys(place);
  const added = await addToKeyFile(place, 2);
  expect((await readMasterKeys(place)).get(2)).toEqual(added);
  expect((await readMasterKeys(place)).get(1)).toEqual(before.get(1));
  expect((await stat(toKeyFile(place))).mode & 0o777).toBe(0o600);
  expect(await removeFromKeyFile(place, 1)).toBe(true);
  expect(await removeFromKeyFile(place, 1)).toBe(false);
  expect(await versions()).toEqual([2]);
  expect(await readdir(dataDir)).toEqual(['master.key']);
  expect(await removeFromKeyFile(place, 2)).toBe(true);
  expect(await readdir(dataDir)).toEqual([]);
  expect(await versions()).toEqual([]);
});

test('a file that others may read is closed', async () => {
  await writeFile(toKeyFile(place), `1:${key(1)}\n`, { mode: 0o644 });
  await readMasterKeys(place);
  expect((await stat(toKeyFile(place))).mode & 0o777).toBe(0o600);
});

test.each([
  ['cut off', `1:${key(1).slice(0, 20)}`, 'damaged'],
  ['without a version', key(1), 'damaged'],
  ['with an empty line in it', `1:${key(1)}\n\n2:${key(2)}`, 'damaged'],
  ['with a version twice', `1:${key(1)}\n1:${key(2)}`, 'Master key version 1 is given twice.'],
])('a file %s is refused, and nothing of it repeated', async (_, text, sentence) => {
  await writeFile(toKeyFile(place), text);
  const refusal = readMasterKeys(place);
  await expect(refusal).rejects.toThrow(sentence);
  await expect(refusal).rejects.toThrow(/^(?!.*AQEB)/);
});

test('what the environment gives is taken in place of the file', async () => {
  await prepareMasterKeys(place);
  const given = await readMasterKeys({ ...place, masterKeys: `3:${key(3)},2:${key(2)}` });
  expect([...given]).toEqual([
    [3, Buffer.alloc(32, 3)],
    [2, Buffer.alloc(32, 2)],
  ]);
  expect(await removeFromKeyFile({ ...place, masterKeys: `1:${key(1)}` }, 1)).toBe(false);
});
