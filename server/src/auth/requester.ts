// The facts about a request that an event records: where it came from and what kind of program sent it.

import { type ClientKind, toClientKind } from '@keytrail/shared/client';
import { withoutKeys } from '@keytrail/shared/ids';
import { toOneLine } from '@keytrail/shared/text';
import type { Request } from 'express';
import ipaddr from 'ipaddr.js';
import { LRUCache } from 'lru-cache';

export interface Requester {
  /** Canonical text form; IPv4-mapped addresses as IPv4. */
  readonly clientIp?: string;
  readonly userAgent?: string;
  readonly client: ClientKind;
  /** The program's own name, where its protocol carries one. A claim. */
  readonly clientName?: string;
}

/**
 * Reads a request. Its `ip` was found by Express through the trusted proxies, from the right.
 * @param speaksMcp whether it came over MCP, which says more than the user agent does.
 */
export function toRequester(request: Request, speaksMcp = false): Requester {
  const userAgent = request.headers['user-agent'];
  // What a proxy wrote may be no address at all; then the proxy itself is who is known to have asked.
  const clientIp = toCanonicalIp(request.ip) ?? toCanonicalIp(request.socket.remoteAddress);
  return { ...(clientIp === null ? {} : { clientIp }), ...toProgram(userAgent, speaksMcp) };
}

type Program = Pick<Requester, 'userAgent' | 'client'>;

/** Few programs ask again and again; each is read once. */
const programs = new LRUCache<string, Program>({
  maxSize: 256 * 1024,
  sizeCalculation: (_program, key) => key.length,
});

function toProgram(userAgent: string | undefined, speaksMcp: boolean): Program {
  if (userAgent === undefined) return { client: toClientKind(userAgent, speaksMcp) };
  const key = `${speaksMcp} ${userAgent}`;
  const known = programs.get(key);
  if (known !== undefined) return known;
  const shown = toOneLine(withoutKeys(userAgent), 400);
  const program = { ...(shown === '' ? {} : { userAgent: shown }), client: toClientKind(userAgent, speaksMcp) };
  programs.set(key, program);
  return program;
}

/** One text form for one address; null for what is none. */
export function toCanonicalIp(text: string | undefined): string | null {
  // Some proxies write the port, too.
  const bare = text?.replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1').replace(/^\[(.+)\](?::\d+)?$/, '$1');
  if (bare === undefined || !ipaddr.isValid(bare)) return null;
  const address = ipaddr.process(bare);
  // A zone ("fe80::1%eth0") names an interface of this machine, which says nothing to a reader.
  return address.kind() === 'ipv6' ? address.toString().replace(/%.*$/, '') : address.toString();
}

/** Of an address in its one text form what its owner cannot change at will: who has one of IPv6 has all of its /64. */
export function toNetwork(ip: string): string {
  if (!ipaddr.IPv6.isValid(ip)) return ip;
  const parts = ipaddr.IPv6.parse(ip).parts.slice(0, 4);
  return parts.map((part) => part.toString(16)).join(':');
}
