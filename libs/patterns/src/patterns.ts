import { shapeOf } from './characters.js';
import { MAX_KEPT, MAX_SHAPE } from './limits.js';
import { MASK, Masker } from './masker.js';

/** How a template shows what varies. */
export const WILDCARD = '<*>';

/** 48 bits: among a million templates, that two are alike is a matter of one in five hundred. */
const ID_LENGTH = 12;

const HIGH = 0x2f0b4c47;
const LOW = 0x1b873593;

/**
 * A message's template and the id of that template: a hash of it, so the same on every node, after every restart and in
 * whatever order messages come.
 *
 * Most messages differ from one before in their digits only, and how many stand in a row changes no template. So ids are kept by
 * the message's shape, which is the message with one 0 for each run of digits: to hash that costs a third of making the
 * template. What is kept saves time and decides nothing; another shape in the same place takes it over.
 */
export class Patterns {
  private readonly masker = new Masker();
  private readonly keptHigh = new Int32Array(MAX_KEPT);
  private readonly keptLow = new Int32Array(MAX_KEPT);
  private readonly kept: string[] = Array.from({ length: MAX_KEPT }, () => '');

  /** Twelve hexadecimal digits. `from` and `to` bound the message in `text`. Never throws. */
  idOf(text: string, from = 0, to = text.length): string {
    if (to - from > MAX_SHAPE) return this.hash(text, from, to);
    let high = HIGH;
    let low = LOW;
    let before = 0;
    for (let at = from; at < to; at += 1) {
      const unit = shapeOf(text.charCodeAt(at));
      if (unit === ZERO && before === ZERO) continue;
      before = unit;
      high = Math.imul(high ^ unit, 0x5bd1e995);
      low = Math.imul(low + unit, 0x01000193) ^ (high >>> 15);
    }
    const slot = (low ^ (low >>> 16)) & (MAX_KEPT - 1);
    const known = this.kept[slot] as string;
    if (known !== '' && this.keptLow[slot] === low && this.keptHigh[slot] === high) return known;
    this.keptHigh[slot] = high;
    this.keptLow[slot] = low;
    return (this.kept[slot] = this.hash(text, from, to));
  }

  /** What the id stands for: the message with `<*>` where something varies. */
  templateOf(message: string): string {
    const { masker } = this;
    masker.mask(message, 0, message.length);
    return String.fromCharCode(...masker.units.subarray(0, masker.length)).replaceAll(MASKED, WILDCARD);
  }

  private hash(text: string, from: number, to: number): string {
    const { masker } = this;
    masker.mask(text, from, to);
    const { units, length } = masker;
    let high = HIGH;
    let low = LOW;
    for (let at = 0; at < length; at += 1) {
      const unit = units[at] as number;
      high = Math.imul(high ^ unit, 0x5bd1e995);
      low = Math.imul(low + unit, 0x01000193) ^ (high >>> 15);
    }
    return (hex(mix(high ^ length)) + hex(mix(low))).slice(0, ID_LENGTH);
  }
}

const ZERO = 48;
const MASKED = String.fromCharCode(MASK);

const hex = (half: number): string => (half >>> 0).toString(16).padStart(8, '0');

function mix(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
