// IP addresses and CIDR ranges, both families; an IPv4 address that is mapped into IPv6 counts as IPv4.

import ipaddr from 'ipaddr.js';

type Range = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** True for an address or a CIDR range. */
export function isIpRange(text: string): boolean {
  return parseRange(text) !== null;
}

/** The one way to write an address or a CIDR range: `10.0.0.0/8` for `10.1.2.3/8`. Null for anything else. */
export function toIpRange(text: string): string | null {
  const range = parseRange(text.trim());
  if (range === null) return null;
  const [address, bits] = range;
  if (bits === address.toByteArray().length * 8) return address.toString();
  return `${ipaddr.fromByteArray(toNetwork(address.toByteArray(), bits))}/${bits}`;
}

/** Whether an address lies in a range. False where either is malformed or the families differ. */
export function isInIpRange(address: string, range: string): boolean {
  const candidate = parseAddress(address);
  const limits = parseRange(range);
  if (candidate === null || limits === null) return false;
  return candidate.kind() === limits[0].kind() && candidate.match([...limits]);
}

/** The one that was asked about last, which is held against one range after the other. */
let lastAddress: { readonly text: string; readonly parsed: ipaddr.IPv4 | ipaddr.IPv6 | null } | undefined;

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | null {
  if (lastAddress?.text !== text) {
    lastAddress = { text, parsed: ipaddr.isValid(text) ? ipaddr.process(text) : null };
  }
  return lastAddress.parsed;
}

// Short, octal and hexadecimal forms of IPv4 mean different things to different programs; zones mean something on one
// machine only. Databases refuse them as well.
const fourParts = /^(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})$/;
const prefix = /^(?:0|[1-9]\d{0,2})$/;

const parsedBefore = new Map<string, Range | null>();
const parsedMax = 10_000;

/** Kept: policies ask for the same few ranges with every request, and parsing one costs more than comparing it. */
function parseRange(text: string): Range | null {
  const known = parsedBefore.get(text);
  if (known !== undefined) return known;
  const range = readRange(text);
  if (parsedBefore.size >= parsedMax) parsedBefore.clear();
  parsedBefore.set(text, range);
  return range;
}

function readRange(text: string): Range | null {
  const [address = '', bits, ...rest] = text.split('/');
  const isPlain = address.includes(':') ? !address.includes('%') : fourParts.test(address);
  if (!isPlain || rest.length > 0 || !ipaddr.isValid(address)) return null;
  const parsed = ipaddr.parse(address);
  const all = parsed.toByteArray().length * 8;
  if (bits !== undefined && !prefix.test(bits)) return null;
  const length = bits === undefined ? all : Number(bits);
  if (length > all) return null;
  if (parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress() && length >= 96) {
    return [parsed.toIPv4Address(), length - 96];
  }
  return [parsed, length];
}

function toNetwork(bytes: readonly number[], bits: number): number[] {
  return bytes.map((byte, index) => byte & (0xff << (8 - Math.min(8, Math.max(0, bits - index * 8)))) & 0xff);
}
