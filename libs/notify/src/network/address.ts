/**
 * Addresses as numbers. One IPv4 address has many IPv6 clothes (mapped, compatible, NAT64, 6to4); a policy that forgets one
 * has a hole, so all of them are taken off before anything is compared.
 */
import { isIP } from 'node:net';

const GROUPS = 8;

/** The address a packet ends at: IPv4 in dotted form where an IPv6 address carries one, else what came, without zone. */
export function plainAddress(address: string): string {
  const bare = address.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  if (isIP(bare) !== 6) return bare;
  const groups = groupsOf(bare);
  return embeddedAddress(groups) ?? bare.toLowerCase();
}

function embeddedAddress(groups: readonly number[]): string | undefined {
  const at = (index: number): number => groups[index] ?? 0;
  if (at(0) === 0x2002) return dotted(at(1), at(2));
  if (at(0) === 0x64 && at(1) === 0xff9b) return dotted(at(6), at(7));
  if (groups.slice(0, 5).some((group) => group !== 0)) return undefined;
  // ::1 and :: are no IPv4 addresses though their first 96 bits are zero.
  return at(5) === 0xffff || (at(5) === 0 && at(6) !== 0) ? dotted(at(6), at(7)) : undefined;
}

const dotted = (high: number, low: number): string => [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');

/** The URL parser writes any IPv6 literal in its one short form, hexadecimal throughout. */
function groupsOf(address: string): number[] {
  const short = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = short.split('::');
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  const zeros = after === undefined ? 0 : GROUPS - head.length - tail.length;
  return [...head, ...Array.from({ length: zeros }, () => '0'), ...tail].map((group) => Number.parseInt(group, 16));
}
