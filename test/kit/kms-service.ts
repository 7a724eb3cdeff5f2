// AWS KMS as its clients see it, over HTTP on loopback: the JSON protocol of Encrypt and Decrypt, signed requests, encryption
// contexts, and the ways in which it refuses. Keys are real AES keys, so what it wraps opens nowhere else.

import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { findFreePort } from './free-port.ts';

export interface KmsCall {
  readonly action: string;
  readonly keyArn: string;
  readonly context: Record<string, string>;
}

export interface KmsService {
  /** What the SDK reads: where it is, and who asks. */
  readonly variables: Record<string, string>;
  /** The requests that were carried out. */
  readonly calls: readonly KmsCall[];
  /** Makes a key; answers with its id. An alias names it from then on. */
  createKey(alias?: string): string;
  setState(keyId: string, state: KeyState): void;
  /** Refuses these actions to whoever asks. */
  deny(...actions: string[]): void;
  /** Answers that many requests with ThrottlingException. */
  throttle(requests: number): void;
  /** Refuses connections until it is started again, at the same address. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

type KeyState = 'Enabled' | 'Disabled' | 'PendingDeletion';

interface Key {
  readonly id: string;
  readonly arn: string;
  readonly secret: Buffer;
  state: KeyState;
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

const region = 'eu-central-1';
const accessKey = 'AKIDKEYTRAILTEST';
const context = z.record(z.string(), z.string()).default({});
const requests = {
  Encrypt: z.object({ KeyId: z.string(), Plaintext: z.base64(), EncryptionContext: context }),
  Decrypt: z.object({ KeyId: z.string().optional(), CiphertextBlob: z.base64(), EncryptionContext: context }),
};

export async function startKmsService(): Promise<KmsService> {
  const port = await findFreePort();
  const keys: Key[] = [];
  const aliases = new Map<string, string>();
  const calls: KmsCall[] = [];
  let denied: string[] = [];
  let throttled = 0;

  const findKey = (name: string): Key => {
    const key = keys.find(({ id, arn }) => name === id || name === arn || aliases.get(name) === id);
    if (key === undefined) throw new Refusal('NotFoundException', `Key '${name}' does not exist`);
    return key;
  };
  const carryOut = (action: string, body: unknown): Record<string, unknown> => {
    if (throttled > 0) {
      throttled--;
      throw new Refusal('ThrottlingException', 'Rate exceeded');
    }
    if (denied.includes(action)) {
      throw new Refusal(
        'AccessDeniedException',
        `User: arn:aws:iam::000000000000:user/keytrail is not authorized to perform: kms:${action}`,
      );
    }
    if (action === 'Encrypt') {
      const asked = requests.Encrypt.parse(body);
      const key = verifyUsable(findKey(asked.KeyId));
      calls.push({ action, keyArn: key.arn, context: asked.EncryptionContext });
      const blob = wrap(key, Buffer.from(asked.Plaintext, 'base64'), asked.EncryptionContext);
      return { CiphertextBlob: blob.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    }
    if (action === 'Decrypt') {
      const asked = requests.Decrypt.parse(body);
      const blob = Buffer.from(asked.CiphertextBlob, 'base64');
      const key = keys.find(({ id }) => id === blob.subarray(0, 36).toString('latin1'));
      if (key === undefined) throw new Refusal('InvalidCiphertextException', '');
      if (asked.KeyId !== undefined && findKey(asked.KeyId) !== key) {
        throw new Refusal(
          'IncorrectKeyException',
          'The key ID in the request does not identify a CMK that can perform this operation.',
        );
      }
      verifyUsable(key);
      const plaintext = unwrap(key, blob, asked.EncryptionContext);
      calls.push({ action, keyArn: key.arn, context: asked.EncryptionContext });
      return { Plaintext: plaintext.toString('base64'), KeyId: key.arn, EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    }
    throw new Refusal('UnknownOperationException', '');
  };

  const server = createServer(async (request, response) => {
    const reply = (status: number, body: Record<string, unknown>) =>
      response
        .writeHead(status, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() })
        .end(JSON.stringify(body));
    try {
      verifySigned(request);
      const action = /^TrentService\.(\w+)$/.exec(String(request.headers['x-amz-target']))?.[1] ?? '';
      reply(200, carryOut(action, await readJson(request)));
    } catch (error) {
      if (error instanceof Refusal) reply(400, { __type: error.type, message: error.message });
      else reply(500, { __type: 'KMSInternalException', message: String(error) });
    }
  });
  const start = () => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await start();
  return {
    variables: {
      AWS_ENDPOINT_URL_KMS: `http://127.0.0.1:${port}`,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKey,
      AWS_SECRET_ACCESS_KEY: 'not-a-secret',
      // Nothing of this machine's own configuration.
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/nonexistent',
      AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
      // It is told to whoever runs a server on Node 20; here it is not what is looked at.
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    calls,
    createKey: (alias) => {
      const id = randomUUID();
      keys.push({ id, arn: `arn:aws:kms:${region}:000000000000:key/${id}`, secret: randomBytes(32), state: 'Enabled' });
      if (alias !== undefined) aliases.set(alias, id);
      return id;
    },
    setState: (keyId, state) => {
      findKey(keyId).state = state;
    },
    deny: (...actions) => {
      denied = actions;
    },
    throttle: (count) => {
      throttled = count;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve()); // Also where it is stopped already.
        server.closeAllConnections();
      }),
    start,
  };
}

function verifyUsable(key: Key): Key {
  if (key.state === 'Disabled') throw new Refusal('DisabledException', `${key.arn} is disabled.`);
  if (key.state === 'PendingDeletion') throw new Refusal('KMSInvalidStateException', `${key.arn} is pending deletion.`);
  return key;
}

/** By the scope of its signature: whose, for which region and service. */
function verifySigned(request: IncomingMessage): void {
  const scope = new RegExp(
    `^AWS4-HMAC-SHA256 Credential=(\\w+)/\\d{8}/${region}/kms/aws4_request, SignedHeaders=\\S+, Signature=[0-9a-f]{64}$`,
  );
  const signer = scope.exec(request.headers.authorization ?? '')?.[1];
  if (signer === undefined) throw new Refusal('MissingAuthenticationTokenException', 'Missing Authentication Token');
  if (signer !== accessKey)
    throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
  if (request.headers['content-type'] !== 'application/x-amz-json-1.1') throw new Refusal('SerializationException', '');
}

function toBinding(given: Record<string, string>): Buffer {
  return Buffer.from(JSON.stringify(Object.entries(given).sort(([a], [b]) => (a < b ? -1 : 1))));
}

function wrap(key: Key, plaintext: Buffer, given: Record<string, string>): Buffer {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.secret, iv).setAAD(toBinding(given));
  return Buffer.concat([
    Buffer.from(key.id, 'latin1'),
    iv,
    cipher.update(plaintext),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

function unwrap(key: Key, blob: Buffer, given: Record<string, string>): Buffer {
  try {
    const sealed = blob.subarray(48);
    const decipher = createDecipheriv('aes-256-gcm', key.secret, blob.subarray(36, 48), { authTagLength: 16 })
      .setAAD(toBinding(given))
      .setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
  } catch {
    throw new Refusal('InvalidCiphertextException', '');
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}
