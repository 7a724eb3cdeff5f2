// The request that better-auth is answering, for those that better-auth calls: it hands them rows, not requests.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Requester } from './requester.ts';

export interface AuthRequest {
  readonly requester: Requester;
  /** Of better-auth's endpoint, such as `/sign-in/email`. */
  readonly path: string;
  /** Ties the events of this request together. */
  readonly correlationId: string;
  /** What a write failed with, since some endpoints catch it and report success. */
  failure?: unknown;
}

/** Absent where the server itself asks for a session. */
export const authRequests = new AsyncLocalStorage<AuthRequest>();
