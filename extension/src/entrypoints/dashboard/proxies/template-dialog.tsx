// What a new proxy can begin with: a well-known service, nothing, or what another client has.

import { FileInput, PencilRuler } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { strings } from '../strings.ts';
import { TemplateChoice } from '../template-choice.tsx';
import { type ProxyTemplate, proxyTemplates } from './proxy-templates.ts';

const text = strings.proxies.templates;

interface TemplateDialogProps {
  readonly onClose: () => void;
  /** Undefined: with nothing. */
  readonly onChoose: (template: ProxyTemplate | undefined) => void;
  readonly onImport: () => void;
}

/** The two ways without a service are always in reach. */
export function TemplateDialog({ onClose, onChoose, onImport }: TemplateDialogProps) {
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLocaleLowerCase();
  const found = proxyTemplates.filter(({ label, kind, upstreamUrl }) =>
    [label, strings.proxies.kinds[kind], upstreamUrl].some((part) => part.toLocaleLowerCase().includes(wanted)),
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
              address={template.upstreamUrl.replace(/^https:\/\//, '')}
              mark={<Pill tone="quiet">{strings.proxies.kinds[template.kind]}</Pill>}
              onChoose={() => onChoose(template)}
            />
          ))}
        </ul>
      </DialogBody>
      <DialogFoot>
        <Button onClick={onImport}>
          <FileInput aria-hidden />
          {text.import}
        </Button>
        <Button onClick={() => onChoose(undefined)}>
          <PencilRuler aria-hidden />
          {text.blank}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
