// What becomes of each server of an import: under which name, with which credential, or left where it is.

import type { CredentialInput } from '@keytrail/shared/credential';
import { proxyName } from '@keytrail/shared/proxy-schema';
import { strings } from '../strings.ts';
import type { ImportedServer } from './import-servers.ts';
import type { ProxyBody } from './proxy-draft.ts';

const text = strings.proxies.importer;

export type ImportedProxy = Extract<ImportedServer, { kind: 'proxy' }>;

/** What its owner has chosen for one server. */
export interface Choices {
  readonly taken: boolean;
  readonly name: string;
  /** Empty: the values are stored as a new one. */
  readonly credentialId: string;
  /** Typed for variables that have no value, by field. */
  readonly typed: Readonly<Record<string, string>>;
}

export function toChoices(server: ImportedProxy): Choices {
  return { taken: true, name: server.proxy.name, credentialId: '', typed: {} };
}

/** What is missing before it can be imported, by `name` or the field; empty when nothing is. */
export function findGaps(
  server: ImportedProxy,
  choices: Choices,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const gaps: Record<string, string> = {};
  if (!proxyName.safeParse(choices.name).success) gaps.name = strings.proxies.errors.name;
  else if (names.includes(choices.name)) gaps.name = text.nameTaken;
  if (choices.credentialId !== '') return gaps;
  for (const { field } of server.secrets) {
    if (toValue(server, choices, field) === '') gaps[field] = strings.proxies.errors.required;
  }
  return gaps;
}

/** The credential to store; null where there is none to store. */
export function toCredential(server: ImportedProxy, choices: Choices): CredentialInput | null {
  if (choices.credentialId !== '' || server.secrets.length === 0) return null;
  const common = { service: choices.name, label: server.title.slice(0, 100), tags: [], expiresAt: null, public: {} };
  const [only] = server.secrets;
  if (server.secrets.length === 1 && only !== undefined) {
    return { ...common, kind: 'token', secret: { value: toValue(server, choices, only.field) } };
  }
  const values = server.secrets.map(({ field }) => [field, toValue(server, choices, field)]);
  return { ...common, kind: 'fields', secret: Object.fromEntries(values) };
}

/** @param credentialId of the credential that was chosen or stored for it. */
export function toImportedProxy(server: ImportedProxy, { name }: Choices, credentialId: string | null): ProxyBody {
  return { ...server.proxy, name, credentialId };
}

function toValue({ secrets }: ImportedProxy, { typed }: Choices, field: string): string {
  return secrets.find((secret) => secret.field === field)?.value ?? typed[field]?.trim() ?? '';
}
