/** Between a value of a rule and what stands in an input; undefined is what is not there. */
export interface Typed {
  readonly format: (value: unknown) => string;
  readonly parse: (text: string) => unknown;
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export const TEXT: Typed = { format: plain, parse: (text) => (text === '' ? undefined : text) };

/** A number where it is one; else the text (`5/s`, `5%`), which the API understands, or says what is wrong with it. */
export const NUMBER: Typed = {
  format: plain,
  parse(text) {
    const trimmed = text.trim();
    if (trimmed === '') return undefined;
    return /^-?\d+(\.\d+)?$/.test(trimmed) ? Number(trimmed) : trimmed;
  },
};

/** One, or several with commas between. */
export const LIST: Typed = {
  format: (value) => (Array.isArray(value) ? value.map(plain).join(', ') : plain(value)),
  parse(text) {
    const parts = text
      .split(',')
      .map((part) => part.trim())
      .filter(Boolean);
    return parts.length === 0 ? undefined : parts;
  },
};

/** The text that somebody is typing, as long as it stands for the value; else the value's own. */
export function textFor({ format, parse }: Typed, typed: string, value: unknown): string {
  const own = format(value);
  return format(parse(typed)) === own ? typed : own;
}
