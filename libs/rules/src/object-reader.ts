import { type Finding, type Path, suggest } from './problem.js';

/** A value that does not fit; its message says what is allowed. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly offset?: number,
  ) {
    super(message);
  }
}

/** Reads a value or throws `Refusal`. */
export type Read<T> = (value: unknown) => T;

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `a text ("abc")`, for messages. */
export function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** Reads an object key by key and notes every finding instead of stopping at the first; keys nobody asked for are findings too. */
export class ObjectReader {
  readonly #asked = new Set<string>();

  constructor(
    private readonly value: Readonly<Record<string, unknown>>,
    private readonly path: Path,
    private readonly findings: Finding[],
  ) {}

  has(key: string): boolean {
    this.#asked.add(key);
    return Object.hasOwn(this.value, key) && this.value[key] !== undefined;
  }

  optional<T>(key: string, read: Read<T>): T | undefined {
    if (!this.has(key)) return undefined;
    try {
      return read(this.value[key]);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const offset = error.offset === undefined ? {} : { offset: error.offset };
      this.findings.push({ path: [...this.path, key], message: error.message, ...offset });
      return undefined;
    }
  }

  /** `example` says what is missing. */
  required<T>(key: string, read: Read<T>, example: string): T | undefined {
    if (this.has(key)) return this.optional(key, read);
    this.findings.push({ path: this.path, message: `"${key}" is missing: write ${key}: ${example}` });
    return undefined;
  }

  /** A reader of the object under a key; null stands for an empty one. */
  object(key: string): ObjectReader | undefined {
    if (!this.has(key)) return undefined;
    const value = this.value[key] ?? {};
    if (isObject(value)) return new ObjectReader(value, [...this.path, key], this.findings);
    this.findings.push({ path: [...this.path, key], message: `${show(value)} is not an object with keys and values` });
    return undefined;
  }

  /** A finding about this object or one of its keys. */
  refuse(message: string, key?: string): void {
    this.findings.push({ path: key === undefined ? this.path : [...this.path, key], message });
  }

  /** Which of these keys are there. */
  present(keys: readonly string[]): string[] {
    return keys.filter((key) => this.has(key));
  }

  /** To be called when all known keys were asked for; `misplaced` says where a key belongs that is known elsewhere. */
  finish(misplaced: Readonly<Record<string, string>> = {}): void {
    for (const key of Object.keys(this.value)) {
      if (this.#asked.has(key)) continue;
      const elsewhere = Object.hasOwn(misplaced, key) ? misplaced[key] : undefined;
      const message = `unknown key "${key}"; ${elsewhere ?? suggest(key, [...this.#asked])}`;
      this.findings.push({ path: [...this.path, key], atKey: true, message });
    }
  }
}
