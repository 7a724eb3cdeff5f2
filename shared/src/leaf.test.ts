import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import type { EventBody } from './event.ts';
import { hashLeaf, parseLine, toLine, verifyLine } from './leaf.ts';

const body: EventBody = {
  id: '019aa000-0000-7000-8000-000000000001',
  salt: 'AAAAAAAAAAAAAAAAAAAAAA',
  occurredAt: '2026-01-02T03:04:05.678Z',
  type: 'agent_access',
  action: 'fetch',
  source: 'agent',
  outcome: 'ok',
  title: 'bot “7” \u00e9',
};
const recordedAt = '2026-01-02T03:04:05.678901Z';

const reference = new URL('../../../shared/vectors/derived/rfc6962-reference-tree.json', import.meta.url);
if (!existsSync(reference)) console.warn(`SKIPPED: the RFC 6962 reference tree is not at ${reference.pathname}`);
test.skipIf(!existsSync(reference))('leaf hashes are those of RFC 6962', () => {
  const tree = JSON.parse(readFileSync(reference, 'utf8')) as ReferenceTree;
  // The reference leaves are all ASCII, so each is a text too.
  const hashes = tree.leaf_inputs_hex.map((hex) => toHex(hashLeaf(Buffer.from(hex, 'hex').toString('ascii'))));
  expect(hashes).toHaveLength(8);
  expect(hashes).toEqual(tree.node_hashes_by_level[0]);
});

test('a line reads back as its event, without the salt', () => {
  const { salt: _salt, ...facts } = body;
  expect(parseLine(toLine(body, 41, recordedAt))).toEqual({ ...facts, seq: 41, recordedAt });
});

test('a line that could be read in two ways is refused', () => {
  const line = toLine(body, 0, recordedAt);
  verifyLine(line);
  const forged = [
    line.replace('"seq":0', '"seq":0,"seq":0'),
    line.replace('"seq":0', '"seq": 0'),
    line.replace('"v":1', '"v":2'),
    line.replace('"sig":null', '"extra":1,"sig":null'),
    line.replace('"action":"fetch"', '"action":"fetch","secret":"x"'),
    line.replace('é', '\\u00e9'),
  ];
  for (const text of forged) expect(() => verifyLine(text), text).toThrow();
});

interface ReferenceTree {
  leaf_inputs_hex: string[];
  node_hashes_by_level: string[][];
}
