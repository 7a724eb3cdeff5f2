import { expect, test } from 'vitest';
import { proxyInput } from './proxy-schema.ts';

const proxy = { name: 'github', kind: 'mcp', upstreamUrl: 'https://mcp.example.com/mcp' };

test.each(['not an address', '', 'ftp://mcp.example.com', 'https://sam:pass@mcp.example.com', 'https://a.test/#part'])(
  'the address %j is refused rather than thrown about',
  (upstreamUrl) => {
    expect(proxyInput.safeParse({ ...proxy, upstreamUrl }).success).toBe(false);
  },
);

test('an address is all that a proxy needs beside its name and kind', () => {
  expect(proxyInput.parse(proxy)).toMatchObject({ ...proxy, credentialId: null, headers: {}, enabled: true });
});
