// Carrying out an import: a credential where one is to be stored, then the proxy, server by server.

import type { ProxySummary } from '@keytrail/shared/proxy';
import { useRef, useState } from 'react';
import { api } from '../../../lib/query.ts';
import { createCredential } from '../../../lib/save-credential.ts';
import { useSubmit } from '../use-submit.ts';
import { useRefresh } from '../use-vault-data.ts';
import { type Choices, type ImportedProxy, toCredential, toImportedProxy } from './import-plan.ts';

export interface Planned {
  readonly server: ImportedProxy;
  readonly choices: Choices;
}

/** A proxy that was made, with its key, which is known only here. */
export interface Made {
  readonly title: string;
  readonly proxy: ProxySummary;
  readonly key: string;
}

/** What was made stays made when a later server fails; the next try goes on from there. */
export function useImport() {
  const { pending, failure, submit } = useSubmit();
  const [made, setMade] = useState<readonly Made[]>([]);
  /** By what was stored. A proxy that is refused must not leave a second copy of its secret behind at the next try. */
  const stored = useRef(new Map<string, string>());
  const refresh = useRefresh();

  async function storeCredential({ server, choices }: Planned): Promise<string | null> {
    const input = toCredential(server, choices);
    if (input === null) return choices.credentialId === '' ? null : choices.credentialId;
    const content = JSON.stringify(input);
    const before = stored.current.get(content);
    if (before !== undefined) return before;
    const { id } = await createCredential(api, input);
    stored.current.set(content, id);
    return id;
  }

  /** True when all of them were made. */
  async function run(planned: readonly Planned[]): Promise<boolean> {
    const done = await submit(async () => {
      for (const { server, choices } of planned) {
        const credentialId = await storeCredential({ server, choices });
        const { proxy, key } = await api.proxies.create.mutate(toImportedProxy(server, choices, credentialId));
        setMade((before) => [...before, { title: server.title, proxy, key }]);
      }
    });
    await Promise.all([refresh.proxies(), refresh.credentials()]);
    return done;
  }

  return { made, pending, failure, run };
}
