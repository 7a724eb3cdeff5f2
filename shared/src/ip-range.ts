// IP addresses and CIDR ranges, both families; an IPv4 address that is mapped into IPv6 counts as IPv4.

import ipaddr from 'ipaddr.js';

/** True for an address or a CIDR range. Short forms of IPv4 such as `10.1` are refused: they mean too many things. */
export function isIpRange(text: string): boolean {
  return toRange(text) !== null;
}

/** Whether an address lies in a range. False where either is malformed or the families differ. */
export function isInIpRange(address: string, range: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const limits = toRange(range);
  const candidate = ipaddr.process(address);
  return limits !== null && candidate.kind() === limits[0].kind() && candidate.match(limits);
}

function toRange(text: string): [ipaddr.IPv4 | ipaddr.IPv6, number] | null {
  const isFourParts = (address: string) => address.includes(':') || address.split('.').length === 4;
  if (ipaddr.isValidCIDR(text)) {
    if (!isFourParts(text.split('/')[0] ?? '')) return null;
    const [address, bits] = ipaddr.parseCIDR(text);
    if (address instanceof ipaddr.IPv6 && address.isIPv4MappedAddress() && bits >= 96) {
      return [address.toIPv4Address(), bits - 96];
    }
    return [address, bits];
  }
  if (!ipaddr.isValid(text) || !isFourParts(text)) return null;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}
