// Against a proxy whose upstream is, by some way, this server again: what goes out says through whom (RFC 8586), and what
// comes back with that is refused, so that no call goes round without end. Pure.

import type { IncomingHttpHeaders } from 'node:http';

const header = 'cdn-loop';

/** What a call that goes out through a node says of it, behind what others have said before. */
export function toLoopHeader(given: Readonly<Record<string, string | string[] | undefined>>, nodeName: string) {
  return { [header]: [...listNodes(given), nodeName].join(', ') };
}

/** Whether a request has gone out through this node before. */
export function hasComeRound(given: IncomingHttpHeaders, nodeName: string): boolean {
  // Each may have parameters behind a semicolon.
  return listNodes(given).some((node) => node.split(';')[0]?.trim() === nodeName);
}

function listNodes(given: Readonly<Record<string, string | string[] | undefined>>): string[] {
  return [given[header] ?? []].flat().flatMap((text) => text.split(',').map((node) => node.trim()));
}
