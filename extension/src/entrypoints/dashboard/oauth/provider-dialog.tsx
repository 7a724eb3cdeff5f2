// Which provider a new connection is to: a well-known one, or any other by what it says of itself or by hand.

import { Plug } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { strings } from '../strings.ts';
import { TemplateChoice } from '../template-choice.tsx';
import { type OAuthTemplate, oauthTemplates } from './oauth-templates.ts';

const text = strings.oauth.providers;

interface ProviderDialogProps {
  readonly onClose: () => void;
  /** Undefined: another one. */
  readonly onChoose: (template: OAuthTemplate | undefined) => void;
}

/** The way without a template is always in reach. */
export function ProviderDialog({ onClose, onChoose }: ProviderDialogProps) {
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLocaleLowerCase();
  const found = oauthTemplates.filter(({ label, tokenUrl }) =>
    [label, tokenUrl].some((part) => part.toLocaleLowerCase().includes(wanted)),
  );
  return (
    <Dialog open wide onClose={onClose} title={text.title} description={text.lead}>
      <DialogBody className="gap-3">
        <SearchField label={text.search} value={query} onChange={setQuery} />
        {found.length === 0 && <p className="text-mute">{text.noMatch}</p>}
        <ul aria-label={text.list} className="grid grid-cols-1 gap-1.5 sm:grid-cols-2">
          {found.map((template) => (
            <TemplateChoice
              key={template.id}
              label={template.label}
              address={new URL(template.authorizationUrl).host}
              onChoose={() => onChoose(template)}
            />
          ))}
        </ul>
      </DialogBody>
      <DialogFoot>
        <Button onClick={() => onChoose(undefined)}>
          <Plug aria-hidden />
          {text.other}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
