// Whether refresh tokens that the webhook holds may pass through Keytrail: the owner's own choice, off until they make it.

import { useState } from 'react';
import { api } from '../../../lib/query.ts';
import { CheckField } from '../../../ui/check-field.tsx';
import { Notice } from '../../../ui/notice.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { strings } from '../strings.ts';
import { useSubmit } from '../use-submit.ts';
import type { WebhookState } from './webhook-state.ts';

const text = strings.webhookSettings;

interface TokenMediationProps {
  readonly bound: NonNullable<WebhookState['bound']>;
  readonly onChange: (state: WebhookState) => void;
}

/** Nothing where the webhook does not offer it. */
export function TokenMediation({ bound: { capabilities, mediated }, onChange }: TokenMediationProps) {
  const { failure, submit } = useSubmit();
  // The tick shows at once, and goes back where it is refused.
  const [asked, setAsked] = useState<boolean>();
  const toast = useToast();
  if (!mediated && !capabilities.includes('mediated-refresh')) return null;

  async function choose(next: boolean) {
    if (asked !== undefined) return;
    setAsked(next);
    await submit(async () => {
      onChange(await api.webhook.setMediation.mutate({ mediated: next }));
      toast(next ? text.mediated : text.unmediated);
    });
    setAsked(undefined);
  }

  return (
    <>
      <CheckField label={text.mediate} hint={text.mediateHint} checked={asked ?? mediated} onChange={choose} />
      {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
    </>
  );
}
