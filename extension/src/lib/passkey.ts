// Asks the owner's device for a passkey: bound to the extension's own id, so that no page can ask for it.

import { browserSupportsWebAuthn, startAuthentication, startRegistration } from '@simplewebauthn/browser';
import type { Api } from './api.ts';

/** Chrome and Edge give the extension one id everywhere; Firefox gives every installation another. */
export function canUsePasskeys(): boolean {
  return location.protocol === 'chrome-extension:' && browserSupportsWebAuthn();
}

/** Makes one on this device and stores its public half. False where the owner let the device's question pass. */
export async function makePasskey(api: Api, { name, password }: { name: string; password: string }): Promise<boolean> {
  const origin = location.origin;
  const optionsJSON = await api.passkeys.start.mutate({ origin, password });
  const answer = await startRegistration({ optionsJSON }).catch(toGivenUp);
  if (answer === null) return false;
  const { id, rawId, type, response } = answer;
  const { clientDataJSON, attestationObject, transports = [] } = response;
  const made = { id, rawId, type, response: { clientDataJSON, attestationObject, transports } };
  await api.passkeys.add.mutate({ origin, name, response: made });
  return true;
}

/** Opens the vault. False where the owner has none, or let the device's question pass. */
export async function unlockWithPasskey(api: Api): Promise<boolean> {
  const origin = location.origin;
  const optionsJSON = await api.vault.startPasskey.mutate({ origin });
  if (optionsJSON === null) return false;
  const answer = await startAuthentication({ optionsJSON }).catch(toGivenUp);
  if (answer === null) return false;
  const { id, rawId, type, response } = answer;
  const { clientDataJSON, authenticatorData, signature } = response;
  const proof = { id, rawId, type, response: { clientDataJSON, authenticatorData, signature } };
  await api.vault.unlockWithPasskey.mutate({ origin, response: proof });
  return true;
}

/** The owner closed the browser's question, or let it pass. Throws whatever else went wrong. */
function toGivenUp(error: unknown): null {
  if (error instanceof Error && (error.name === 'NotAllowedError' || error.name === 'AbortError')) return null;
  throw error;
}
