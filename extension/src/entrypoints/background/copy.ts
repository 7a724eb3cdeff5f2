// Copying a login's password from the popup: recorded like every use; the popup writes the clipboard.

import type { Messages } from '../../lib/messages.ts';
import { spendLogin } from './spend.ts';

/** Releases a login's password to the popup. */
export async function copyPassword(credentialId: string): Promise<Messages['popup.copy']['reply']> {
  const used = await spendLogin(credentialId, ['password'], { action: 'copy' });
  return used.kind === 'refused' ? used : { kind: 'value', value: used.values.password ?? '' };
}
