// What may be open over the vault.

import type { CredentialSummary } from '@keytrail/shared/credential';

/**
 * A credential is held as it was when the overlay opened: a way back in the history leads no overlay to another one, and
 * a list that is read anew changes nothing under what is typed.
 */
export type VaultOverlay =
  | { readonly kind: 'add' | 'connect' | 'import' }
  | { readonly kind: 'edit' | 'share' | 'remove'; readonly credential: CredentialSummary };
