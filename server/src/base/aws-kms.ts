// The key management service of AWS, by its SDK: wraps master keys and unwraps them, and is asked for nothing else.

import { DecryptCommand, EncryptCommand, KMSClient } from '@aws-sdk/client-kms';
import { type Kms, KmsError } from './kms.ts';
import { keyBytes } from './master-key.ts';

/** Region, endpoint and who we are come from the SDK's own variables and files. Nothing is asked for yet. */
export function connectKms(keyId: string): Kms {
  const client = new KMSClient({
    maxAttempts: 3,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 5000, throwOnRequestTimeout: true },
  });
  return {
    wrap: (version, key) =>
      explain(`wrap master key version ${version} with ${keyId}`, async () => {
        const answer = await client.send(
          new EncryptCommand({ KeyId: keyId, Plaintext: key, EncryptionContext: toContext(version) }),
        );
        return { bytes: Buffer.from(answer.CiphertextBlob ?? []), kmsKeyId: answer.KeyId ?? keyId };
      }),
    unwrap: (version, { bytes, kmsKeyId }) =>
      explain(`unwrap master key version ${version} with ${kmsKeyId}`, async () => {
        // Named outright, so that a blob of somebody else's key is refused.
        const answer = await client.send(
          new DecryptCommand({ KeyId: kmsKeyId, CiphertextBlob: bytes, EncryptionContext: toContext(version) }),
        );
        const key = Buffer.from(answer.Plaintext ?? []);
        if (key.length !== keyBytes) throw new Error(`it answered with ${key.length} bytes`);
        return key;
      }),
    close: () => client.destroy(),
  };
}

/** Authenticated by the service and shown in its own log: a wrapped key is good for its version only. */
function toContext(version: number): Record<string, string> {
  return { application: 'keytrail', purpose: 'master-key', version: String(version) };
}

async function explain<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    const name = cause instanceof Error ? cause.name : 'Error';
    const said = cause instanceof Error && cause.message !== '' ? cause.message : 'no answer';
    throw new KmsError(`AWS KMS did not ${what}: ${toAdvice(name, said)} (${name}: ${said})`, { cause });
  }
}

const advice: Record<string, string> = {
  AccessDeniedException: 'the server’s AWS identity needs kms:Encrypt and kms:Decrypt on that key.',
  DisabledException: 'the key is disabled; enable it.',
  KMSInvalidStateException: 'the key is in no state to be used, perhaps about to be deleted.',
  NotFoundException: 'there is no such key in this region and account.',
  InvalidCiphertextException: 'what is stored was not wrapped for this version.',
  IncorrectKeyException: 'what is stored was wrapped with another key.',
  ThrottlingException: 'it was asked too often; try again shortly.',
  CredentialsProviderError:
    'the server has no AWS identity; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role.',
  UnrecognizedClientException: 'AWS does not know the server’s access key.',
};

function toAdvice(name: string, said: string): string {
  if (said.startsWith('Region ')) return 'set AWS_REGION to the region of the key.';
  return advice[name] ?? 'it could not be reached.';
}
