// A tick box that takes a stored, optional secret away.

import { strings } from '../strings.ts';
import type { CredentialDraft } from './credential-draft.ts';

interface RemoveStoredProps {
  readonly name: string;
  readonly label: string;
  readonly draft: CredentialDraft;
  readonly onChange: (change: Partial<CredentialDraft>) => void;
}

/** Takes effect when the form is saved. */
export function RemoveStored({ name, label, draft, onChange }: RemoveStoredProps) {
  const removed = draft.removed.includes(name);
  return (
    <label className="flex items-center gap-1.5 text-xs text-mute">
      <input
        type="checkbox"
        checked={removed}
        className="size-3.5 accent-accent"
        onChange={() =>
          onChange({ removed: removed ? draft.removed.filter((other) => other !== name) : [...draft.removed, name] })
        }
      />
      {strings.credentialForm.removeStored(label.toLowerCase())}
    </label>
  );
}
