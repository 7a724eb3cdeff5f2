// Which addresses an upstream may lie at: public ones. Everything else is part of the network that the server stands in.

import ipaddr from 'ipaddr.js';

/** Public addresses at which a cloud answers its own machines with their credentials. */
const metadata = ['168.63.129.16'];

/** Whether an address, in text form, is a public one. False for what is no address. */
export function isPublicAddress(text: string): boolean {
  const bare = text.replace(/^\[(.*)\]$/, '$1');
  if (!ipaddr.isValid(bare)) return false;
  // An IPv4 address inside IPv6 is where that one leads.
  const address = ipaddr.process(bare);
  if (address.range() !== 'unicast' || metadata.includes(address.toString())) return false;
  // Of IPv6 only 2000::/3 is handed out; what lies outside leads elsewhere, or to an embedded IPv4 address.
  return address.kind() === 'ipv4' || Number.parseInt(address.toNormalizedString().split(':')[0] ?? '', 16) >> 13 === 1;
}
