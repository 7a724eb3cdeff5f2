// What may be open over the proxies page.

import type { ProxySummary } from '@keytrail/shared/proxy';
import type { ProxyDraft } from './proxy-draft.ts';

/** What cannot be taken back, and so asks first. */
export type ConfirmedAction = 'endOldKeys' | 'remove';

export type ProxyOverlay =
  | { readonly kind: 'templates' | 'import' }
  | { readonly kind: 'add'; readonly draft: ProxyDraft; readonly credentialHint: string | undefined }
  | { readonly kind: 'edit' | 'rotate' | ConfirmedAction; readonly proxy: ProxySummary }
  | { readonly kind: 'key'; readonly proxy: ProxySummary; readonly key: string };
