/**
 * Rison, in which Kibana keeps the state of a page in its address: `(a:1,b:'x y',c:!(!t,!n))`. Text stands in quotes unless it
 * is an identifier; inside quotes `!` escapes `'` and itself.
 */
export type RisonValue = string | number | boolean | null | readonly RisonValue[] | { readonly [key: string]: RisonValue };

/** What may stand without quotes: no space, nothing with a meaning, and no number at the start. */
const IDENTIFIER = /^[^-0-9\s'!:(),*@$][^\s'!:(),*@$]*$/u;

export function encodeRison(value: RisonValue): string {
  if (value === null) return '!n';
  if (typeof value === 'boolean') return value ? '!t' : '!f';
  if (typeof value === 'number') return String(value).replace('+', '');
  if (typeof value === 'string') return encodeText(value);
  if (isList(value)) return `!(${value.map(encodeRison).join(',')})`;
  const entries = Object.entries(value).map(([key, inner]) => `${encodeText(key)}:${encodeRison(inner)}`);
  return `(${entries.join(',')})`;
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: object): value is readonly RisonValue[] {
  return Array.isArray(value);
}

function encodeText(text: string): string {
  return IDENTIFIER.test(text) ? text : `'${text.replace(/['!]/gu, '!$&')}'`;
}
