/**
 * Alertmanager's fingerprint of a label set: FNV-1a, 64 bits, over `name 0xff value 0xff` of the labels sorted by name,
 * as 16 hex digits (prometheus/common, model/signature.go). Both ends may then speak of the same alert.
 */
import { createHash } from 'node:crypto';
import type { Labels } from './alert.js';

/** 64 bits as two halves: the offset basis, and the prime 0x100_000001b3. */
const BASIS_HIGH = 0xcbf29ce4;
const BASIS_LOW = 0x84222325;
const PRIME_LOW = 0x1b3;
const SEPARATOR = 0xff;

/** 16 hex digits. */
export function fingerprint(labels: Labels): string {
  const hash = new Fnv();
  for (const name of Object.keys(labels).sort(byBytes)) {
    hash.text(name);
    hash.byte(SEPARATOR);
    hash.text(labels[name] ?? '');
    hash.byte(SEPARATOR);
  }
  return hash.hex();
}

class Fnv {
  #high = BASIS_HIGH;
  #low = BASIS_LOW;

  text(text: string): void {
    for (const byte of Buffer.from(text, 'utf8')) this.byte(byte);
  }

  byte(byte: number): void {
    const low = (this.#low ^ byte) >>> 0;
    const product = low * PRIME_LOW;
    // (high·2³² + low) · (2⁴⁰ + 0x1b3), modulo 2⁶⁴.
    const carry = Math.floor(product / 0x1_0000_0000);
    this.#high = (Math.imul(this.#high, PRIME_LOW) + carry + (low << 8)) >>> 0;
    this.#low = product >>> 0;
  }

  hex(): string {
    return this.#high.toString(16).padStart(8, '0') + this.#low.toString(16).padStart(8, '0');
  }
}

/** Go sorts names by their bytes, JavaScript by UTF-16 units: they differ only beyond the basic plane. */
function byBytes(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** 32 hex digits over the parts, which are kept apart by a byte that no text has. */
export function digest(...parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32);
}
