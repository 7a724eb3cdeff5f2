// Brings the MCP servers of another client in: paste, look, import, and what to put in their place.

import { type FormEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Dialog, DialogBody, DialogFoot } from '../../../ui/dialog.tsx';
import { TextAreaField } from '../../../ui/field.tsx';
import { focusFirstError } from '../../../ui/focus-first-error.ts';
import { Notice } from '../../../ui/notice.tsx';
import { strings as shared } from '../../../ui/strings.ts';
import { strings } from '../strings.ts';
import { useCredentials, useProxies } from '../use-vault-data.ts';
import { ClientConfig } from './client-config.tsx';
import { type Choices, findGaps, type ImportedProxy, toChoices } from './import-plan.ts';
import { ImportRow, RefusedRow } from './import-row.tsx';
import { type Import, parseServers } from './import-servers.ts';
import { type Made, useImport } from './use-import.ts';

const text = strings.proxies.importer;

/** What was pasted, and the secrets in it, are gone with the dialog. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const { made, pending, failure, run } = useImport();
  const [isDone, setDone] = useState(false);
  const [pasted, setPasted] = useState('');
  const [changes, setChanges] = useState<Readonly<Record<string, Partial<Choices>>>>({});
  const [isTried, setTried] = useState(false);
  const credentials = useCredentials().data ?? [];
  const existing = useProxies().data ?? [];
  // Names are found against what was there before the import: they must not shift while it runs.
  const [before] = useState(() => existing.map(({ name }) => name));
  const result = parseServers(pasted, before);

  if (isDone) return <Done made={made} onClose={onClose} />;

  const servers = (result.kind === 'servers' ? result.servers : []).filter(
    ({ title }) => !made.some((done) => done.title === title),
  );
  const choicesOf = (server: ImportedProxy) => ({ ...toChoices(server), ...changes[server.title] });
  const chosen = servers.flatMap((server) => {
    if (server.kind !== 'proxy') return [];
    const choices = choicesOf(server);
    return choices.taken ? [{ server, choices }] : [];
  });
  const gapsOf = (server: ImportedProxy) => {
    const others = chosen.filter((planned) => planned.server !== server).map(({ choices }) => choices.name);
    return findGaps(server, choicesOf(server), [...existing.map(({ name }) => name), ...others]);
  };

  async function onSubmit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setTried(true);
    const form = event.currentTarget;
    if (chosen.some(({ server }) => Object.keys(gapsOf(server)).length > 0)) return focusFirstError(form);
    if (chosen.length > 0 && (await run(chosen))) setDone(true);
  }

  return (
    // With keys at stake that are shown nowhere else, or on their way, it closes only by the last step.
    <Dialog
      open
      wide
      sticky={pending || made.length > 0 ? 'always' : true}
      onClose={onClose}
      title={text.title}
      description={text.lead}
    >
      <form noValidate onSubmit={onSubmit} className="contents">
        <DialogBody>
          <TextAreaField
            label={text.paste}
            hint={text.pasteHint}
            error={toProblem(pasted, result)}
            value={pasted}
            rows={6}
            dir="ltr"
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            placeholder={'{ "mcpServers": { "github": { "url": "https://…" } } }'}
            className="font-mono text-xs"
            onChange={(event) => {
              setPasted(event.target.value);
              setTried(false);
            }}
          />
          {servers.length > 0 && (
            <ul aria-label={text.found(servers.length)} className="rounded-lg border border-line">
              {servers.map((server) =>
                server.kind === 'refused' ? (
                  <RefusedRow key={server.title} title={server.title} why={server.why} />
                ) : (
                  <ImportRow
                    key={server.title}
                    server={server}
                    choices={choicesOf(server)}
                    gaps={isTried ? gapsOf(server) : {}}
                    credentials={credentials}
                    onChange={(change) =>
                      setChanges((all) => ({ ...all, [server.title]: { ...all[server.title], ...change } }))
                    }
                  />
                ),
              )}
            </ul>
          )}
          {failure !== undefined && <Notice tone="bad">{failure.sentence}</Notice>}
        </DialogBody>
        <DialogFoot>
          {made.length === 0 ? (
            <Button disabled={pending} onClick={onClose}>
              {shared.dialog.cancel}
            </Button>
          ) : (
            <Button disabled={pending} onClick={() => setDone(true)}>
              {text.enough(made.length)}
            </Button>
          )}
          <Button type="submit" variant="primary" pending={pending} disabled={chosen.length === 0}>
            {text.action(chosen.length)}
          </Button>
        </DialogFoot>
      </form>
    </Dialog>
  );
}

function toProblem(pasted: string, { kind }: Import): string | undefined {
  if (pasted.trim() === '' || kind === 'servers') return undefined;
  return kind === 'unreadable' ? text.unreadable : text.noServers;
}

function Done({ made, onClose }: { readonly made: readonly Made[]; readonly onClose: () => void }) {
  return (
    <Dialog open wide sticky="always" onClose={onClose} title={text.doneTitle(made.length)}>
      <DialogBody>
        <Notice tone="warn">{text.doneLead}</Notice>
        <ClientConfig proxies={made.map(({ proxy, key }) => ({ ...proxy, key }))} />
        <div className="flex flex-wrap gap-2">
          {made.map(({ proxy, key }) => (
            <CopyButton key={proxy.id} text={key}>
              {text.keyOf(proxy.name)}
            </CopyButton>
          ))}
        </div>
      </DialogBody>
      <DialogFoot>
        <Button variant="primary" onClick={onClose}>
          {text.done}
        </Button>
      </DialogFoot>
    </Dialog>
  );
}
