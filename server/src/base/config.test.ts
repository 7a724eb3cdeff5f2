import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

test('nothing set means the embedded default on loopback', () => {
  expect(readConfig({})).toMatchObject({
    host: '127.0.0.1',
    port: 4310,
    databaseUrl: null,
    masterKeys: null,
    kmsKeyId: null,
    kmsCacheMs: 3_600_000,
    trustedProxies: [],
    logLevel: 'info',
  });
});

test('an empty variable is an unset one', () => {
  expect(readConfig({ DATABASE_URL: '', KEYTRAIL_PORT: '' }).port).toBe(4310);
});

test.each([
  ['KEYTRAIL_PORT', '70000', 'KEYTRAIL_PORT must be a port number from 0 to 65535.'],
  ['KEYTRAIL_PUBLIC_URL', 'https://a.test/path', 'without a path'],
  ['KEYTRAIL_PUBLIC_URL', 'keytrail', 'KEYTRAIL_PUBLIC_URL must be an http or https address.'],
  ['KEYTRAIL_KMS_KEY_ID', 'my key', 'KEYTRAIL_KMS_KEY_ID must be the id, ARN or alias of an AWS KMS key'],
  ['KEYTRAIL_KMS_CACHE_MINUTES', '1', 'KEYTRAIL_KMS_CACHE_MINUTES must be a number of minutes from 5 to 1440.'],
  ['KEYTRAIL_EXTENSION_ORIGINS', 'https://a.test', 'KEYTRAIL_EXTENSION_ORIGINS must be a comma-separated list'],
])('%s=%s is refused by name', (name, value, sentence) => {
  expect(() => readConfig({ [name]: value })).toThrow(ConfigError);
  expect(() => readConfig({ [name]: value })).toThrow(sentence);
});

test('a refusal never repeats the value, which may be a secret', () => {
  for (const name of ['DATABASE_URL', 'KEYTRAIL_MASTER_KEY']) {
    expect(() => readConfig({ [name]: 'hunter2-hunter2' })).toThrow(/^(?!.*hunter2)/);
  }
});
