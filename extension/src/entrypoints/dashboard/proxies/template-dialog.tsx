// What a new proxy can begin with: a well-known service, nothing, or what another client has.

import { FileInput, PencilRuler } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { Pill } from '../../../ui/pill.tsx';
import { SearchField } from '../../../ui/search-field.tsx';
import { strings } from '../strings.ts';
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
            <li key={template.id} className="min-w-0">
              <button
                type="button"
                onClick={() => onChoose(template)}
                className="flex w-full min-w-0 flex-col rounded-md border border-line bg-panel px-3 py-2 text-start transition-colors hover:border-control hover:bg-canvas"
              >
                <span className="flex w-full items-center justify-between gap-2">
                  <span className="truncate font-medium">{template.label}</span>
                  <Pill tone="quiet">{strings.proxies.kinds[template.kind]}</Pill>
                </span>
                <span dir="ltr" className="w-full truncate font-mono text-2xs leading-4.5 text-mute">
                  {template.upstreamUrl.replace(/^https:\/\//, '')}
                </span>
              </button>
            </li>
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
