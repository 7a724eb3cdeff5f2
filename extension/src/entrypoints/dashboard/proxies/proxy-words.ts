// What a proxy injects and lets through, in a few words.

import type { ProxyInput } from '@keytrail/shared/proxy';
import { strings } from '../strings.ts';

const text = strings.proxies;

/** What calls may be made. */
export function toLimits({ kind, toolAccess, routes }: Pick<ProxyInput, 'kind' | 'toolAccess' | 'routes'>): string {
  if (kind === 'http') return routes.length === 0 ? text.allRoutes : text.onlyRoutes(routes.length);
  if (toolAccess.mode === 'all') return text.allTools;
  const { length } = toolAccess.names;
  return toolAccess.mode === 'only' ? text.onlyTools(length) : text.exceptTools(length);
}

export interface Injected {
  readonly part: keyof typeof text.parts;
  readonly name: string;
  /** The template. */
  readonly value: string;
}

/** Everything that is added to a call, one entry each. */
export function toInjected({
  headers,
  query,
  basicAuth,
}: Pick<ProxyInput, 'headers' | 'query' | 'basicAuth'>): Injected[] {
  const toEntries = (part: 'headers' | 'query', values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([name, value]): Injected => ({ part, name, value }));
  const basic: Injected[] =
    basicAuth === null
      ? []
      : [{ part: 'basic', name: 'authorization', value: `${basicAuth.username}:${basicAuth.password}` }];
  return [...toEntries('headers', headers), ...toEntries('query', query), ...basic];
}

/** Whether a proxy holds what was typed into the search. */
export function matchesProxy(
  proxy: Pick<ProxyInput, 'name' | 'upstreamUrl' | 'kind'> & {
    readonly credential: { readonly label: string; readonly service: string } | null;
  },
  query: string,
): boolean {
  const wanted = query.trim().toLocaleLowerCase();
  const { name, upstreamUrl, kind, credential } = proxy;
  return [name, upstreamUrl, text.kinds[kind], credential?.label, credential?.service].some((part) =>
    part?.toLocaleLowerCase().includes(wanted),
  );
}
