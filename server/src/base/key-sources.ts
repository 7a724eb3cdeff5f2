// Where this server gets its master keys, by its configuration.

import type { Config } from './config.ts';
import type { KeySources } from './keyring.ts';
import { readMasterKeys } from './master-key.ts';

/** Asks for nothing yet. */
export async function createKeySources(
  config: Pick<Config, 'masterKeys' | 'dataDir' | 'kmsKeyId' | 'kmsCacheMs'>,
): Promise<KeySources> {
  const { kmsKeyId, kmsCacheMs } = config;
  // The SDK is loaded where it is used: it takes as long as a good part of a start.
  const kms = kmsKeyId === null ? null : (await import('./aws-kms.ts')).connectKms(kmsKeyId);
  return { readGiven: () => readMasterKeys(config), kms, kmsCacheMs };
}
