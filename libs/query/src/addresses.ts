import { isIPv4, isIPv6 } from 'node:net';

/** A range of addresses, both ends in it, each as 32 hexadecimal digits (IPv4 as `::ffff:a.b.c.d`), which sort as text. */
export interface AddressRange {
  readonly low: string;
  readonly high: string;
}

const MAPPED = '00000000000000000000ffff';

/** One address as 32 hexadecimal digits; undefined when it is none. */
export function addressKey(text: string): string | undefined {
  if (isIPv4(text)) return MAPPED + hexOfIPv4(text);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const dotted = /\d+\.\d+\.\d+\.\d+$/u.exec(text)?.[0];
  const plain = dotted === undefined ? text : text.replace(dotted, hexOfIPv4(dotted).replace(/(.{4})/u, '$1:'));
  const [left = '', right] = plain.split('::');
  const head = groups(left);
  const tail = groups(right ?? '');
  return head + '0'.repeat(32 - head.length - tail.length) + tail;
}

/** `10.0.0.1`, `10.0.0.0/8`, `fe80::/10`. */
export function parseAddresses(text: string): AddressRange | undefined {
  const [address = '', bits, ...more] = text.split('/');
  const key = addressKey(address);
  if (key === undefined || more.length > 0) return undefined;
  if (bits === undefined) return { low: key, high: key };
  const most = isIPv4(address) ? 32 : 128;
  if (!/^\d{1,3}$/u.test(bits) || Number(bits) > most) return undefined;
  const free = BigInt(most - Number(bits));
  const low = (BigInt(`0x${key}`) >> free) << free;
  return { low: hex32(low), high: hex32(low | ((1n << free) - 1n)) };
}

/** 32 digits as an address that every store reads. */
export function formatAddress(key: string): string {
  return key.startsWith(MAPPED) ? Buffer.from(key.slice(24), 'hex').join('.') : (key.match(/.{4}/gu)?.join(':') ?? '');
}

function hexOfIPv4(text: string): string {
  return Buffer.from(text.split('.').map(Number)).toString('hex');
}

function groups(text: string): string {
  return text === ''
    ? ''
    : text
        .split(':')
        .map((group) => group.toLowerCase().padStart(4, '0'))
        .join('');
}

function hex32(value: bigint): string {
  return value.toString(16).padStart(32, '0');
}
