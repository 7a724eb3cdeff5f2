import { credentialInput } from '@keytrail/shared/credential';
import { proxyInput } from '@keytrail/shared/proxy-schema';
import { expect, test } from 'vitest';
import { findGaps, type ImportedProxy, toChoices, toCredential, toImportedProxy } from './import-plan.ts';
import { parseServers } from './import-servers.ts';

const url = 'https://mcp.example.com/mcp';
const storedId = '0198c5f0-0000-7000-8000-000000000001';

function read(headers: Record<string, string>): ImportedProxy {
  const result = parseServers(JSON.stringify({ mcpServers: { 'My Server': { url, headers } } }), []);
  const server = result.kind === 'servers' ? result.servers[0] : undefined;
  if (server?.kind !== 'proxy') throw new Error('not imported');
  return server;
}

test('one secret is stored as a token of the proxy’s name', () => {
  const server = read({ Authorization: 'Bearer pasted-secret-1' });
  const credential = toCredential(server, toChoices(server));
  expect(credential).toMatchObject({
    kind: 'token',
    service: 'my-server',
    label: 'My Server',
    secret: { value: 'pasted-secret-1' },
  });
  expect(credentialInput.safeParse(credential).success).toBe(true);
});

test('several are stored as named values, those of variables as they were typed', () => {
  const server = read({ Authorization: 'Bearer ${A}', 'X-Api-Key': 'pasted-secret-2' });
  const choices = toChoices(server);
  expect(findGaps(server, choices, [])).toEqual({ A: expect.any(String) });
  const filled = { ...choices, typed: { A: ' typed-1 ' } };
  expect(findGaps(server, filled, [])).toEqual({});
  const credential = toCredential(server, filled);
  expect(credential).toMatchObject({ kind: 'fields', secret: { A: 'typed-1', x_api_key: 'pasted-secret-2' } });
  expect(credentialInput.safeParse(credential).success).toBe(true);
});

test('with a stored credential nothing more is asked or stored', () => {
  const server = read({ Authorization: 'Bearer ${A}' });
  const choices = { ...toChoices(server), credentialId: storedId };
  expect(findGaps(server, choices, [])).toEqual({});
  expect(toCredential(server, choices)).toBeNull();
  expect(proxyInput.safeParse(toImportedProxy(server, choices, storedId)).success).toBe(true);
});

test('without a secret there is nothing to store', () => {
  const server = read({});
  expect(toCredential(server, toChoices(server))).toBeNull();
});

test('a name must be one, and free', () => {
  const server = read({});
  const choices = toChoices(server);
  expect(findGaps(server, { ...choices, name: 'My Server' }, [])).toHaveProperty('name');
  expect(findGaps(server, choices, ['my-server'])).toHaveProperty('name');
});
