// Storing and editing a credential where its vault lives: at Keytrail, or, secrets apart from the rest, on the owner's webhook.

import type { CredentialInput, CredentialSummary } from '@keytrail/shared/credential';
import { type Api, toFailure } from './api.ts';
import { FailureError } from './failure.ts';
import { type Redirect, storeAtWebhook } from './webhook.ts';

type Patch = Parameters<Api['credentials']['update']['mutate']>[0];

/** Stores a new credential. */
export async function createCredential(api: Api, input: CredentialInput): Promise<CredentialSummary> {
  if (!(await livesOnWebhook(api))) return api.credentials.create.mutate(input);
  const { secret, notes, ...rest } = input;
  const fields = { ...secret, ...(notes === undefined ? {} : { notes }) };
  const typed = Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const held = await api.credentials.createHeld.mutate({ ...rest, secretFields: Object.keys(typed) });
  return finish(held, typed);
}

/** Changes a credential. What touches no secret is the same for both vaults. */
export async function updateCredential(api: Api, patch: Patch): Promise<CredentialSummary> {
  const { secret = {}, notes, ...rest } = patch;
  const fields: Record<string, string | null> = { ...secret, ...(notes === undefined ? {} : { notes }) };
  const names = Object.keys(fields);
  if (names.length === 0 || !(await livesOnWebhook(api))) return api.credentials.update.mutate(patch);
  const held = await api.credentials.updateHeld.mutate({
    ...rest,
    setFields: names.filter((name) => fields[name] !== null),
    removedFields: names.filter((name) => fields[name] === null),
  });
  return finish(held, fields);
}

/** Asked by whoever is about to send a secret: it must not reach Keytrail where this says true. */
export async function livesOnWebhook(api: Api): Promise<boolean> {
  return (await api.webhook.state.query()).mode === 'webhook';
}

/** The second half: Keytrail knows the names by now, the values go to the webhook. */
async function finish(
  { credential, redirect }: { credential: CredentialSummary; redirect: Redirect | null },
  fields: Readonly<Record<string, string | null>>,
): Promise<CredentialSummary> {
  if (redirect === null) return credential;
  try {
    await storeAtWebhook(redirect, fields);
    return credential;
  } catch (error) {
    const { sentence } = toFailure(error);
    const missing = `“${credential.label}” is listed, but its secrets did not reach your webhook. Edit it and enter them again.`;
    throw new FailureError({ kind: 'server', sentence: `${missing} ${sentence}` }, error);
  }
}
