/** Values that come again and again, such as a service's name, as small numbers: comparing bytes costs less than making a text. */

const SLOTS = 1_024;

export class Interner {
  readonly #slots = new Uint32Array(SLOTS);
  readonly #raws: string[] = [''];
  readonly #values: unknown[] = [undefined];
  readonly #known = new Map<string, number>();

  get size(): number {
    return this.#values.length;
  }

  /** The number (from 1) of the JSON text in these bytes, which must be a string or a number. */
  id(bytes: Buffer, from: number, to: number): number {
    let hash = to - from;
    for (let at = from; at < to; at += 1) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0;
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const id = this.#slots[slot] as number;
    if (id !== 0 && isSame(this.#raws[id] as string, bytes, from, to)) return id;
    const found = this.#add(bytes, from, to);
    this.#slots[slot] = found;
    return found;
  }

  #add(bytes: Buffer, from: number, to: number): number {
    const raw = bytes.toString('latin1', from, to);
    const known = this.#known.get(raw);
    if (known !== undefined) return known;
    const id = this.#values.length;
    this.#known.set(raw, id);
    this.#raws.push(raw);
    this.#values.push(JSON.parse(bytes.toString('utf8', from, to)));
    return id;
  }

  value(id: number): unknown {
    return this.#values[id];
  }
}

function isSame(raw: string, bytes: Buffer, from: number, to: number): boolean {
  if (raw.length !== to - from) return false;
  for (let index = 0; index < raw.length; index += 1) if (raw.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}
