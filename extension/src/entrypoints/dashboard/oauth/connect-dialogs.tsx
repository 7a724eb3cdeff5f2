// From the choice of a provider to a connected credential.

import type { CredentialSummary } from '@keytrail/shared/credential';
import { useState } from 'react';
import { ConnectForm } from './connect-form.tsx';
import type { OAuthTemplate } from './oauth-templates.ts';
import { ProviderDialog } from './provider-dialog.tsx';

interface ConnectDialogsProps {
  readonly onClose: () => void;
  readonly onConnected: (credential: CredentialSummary) => void;
}

export function ConnectDialogs({ onClose, onConnected }: ConnectDialogsProps) {
  const [choice, setChoice] = useState<{ readonly template: OAuthTemplate | undefined }>();
  if (choice === undefined)
    return <ProviderDialog onClose={onClose} onChoose={(template) => setChoice({ template })} />;
  return <ConnectForm template={choice.template} onClose={onClose} onConnected={onConnected} />;
}
