// What Keytrail asks of a key management service: to wrap master keys and to unwrap them.

export interface Wrapped {
  readonly bytes: Buffer;
  /** The service's own name of the key that wrapped it: what an alias meant at that moment. */
  readonly kmsKeyId: string;
}

/** Wraps and unwraps the 32 bytes of a master key, bound to its version. Both throw a KmsError. */
export interface Kms {
  wrap(version: number, key: Buffer): Promise<Wrapped>;
  unwrap(version: number, wrapped: Wrapped): Promise<Buffer>;
  close(): void;
}

/** The service did not do what it was asked; the message is one sentence for whoever runs the server. */
export class KmsError extends Error {
  override readonly name = 'KmsError';
}
