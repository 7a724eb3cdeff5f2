// What to paste into a client so that it calls proxies, to copy.

import { useSession } from '../../../lib/use-session.ts';
import { CodeChoice } from '../code-choice.tsx';
import { strings } from '../strings.ts';
import {
  type ConfigClient,
  type ConfiguredProxy,
  clientLabels,
  clientsOf,
  configFiles,
  keyPlaceholder,
  toClientConfig,
} from './client-configs.ts';

const text = strings.proxies.connect;

/** @param proxies of one kind, at least one. */
export function ClientConfig({ proxies }: { readonly proxies: readonly ConfiguredProxy[] }) {
  const view = useSession();
  const [first] = proxies;
  if (view.status !== 'signed_in' || first === undefined) return null;
  const { serverAddress } = view.session;
  const isKeyKnown = proxies.every(({ key }) => key !== undefined);
  return (
    <CodeChoice
      quiet
      label={text.client}
      kinds={clientsOf({ kind: first.kind, keyInUrl: proxies.every(({ keyInUrl }) => keyInUrl) })}
      labels={clientLabels}
      copy={text.copy}
      toText={(client) => toClientConfig(client, serverAddress, proxies)}
      toNote={(client) => [toPlace(client), isKeyKnown ? '' : text.placeholder(keyPlaceholder)].join(' ').trim()}
    />
  );
}

function toPlace(client: ConfigClient): string {
  const file = configFiles[client];
  if (file !== null) return text.into(file);
  return client === 'claude_code' ? text.command : '';
}
