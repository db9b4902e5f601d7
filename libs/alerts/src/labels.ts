/** What a label may be: the rules of Prometheus, and the limits of ours. */
import type { Labels } from './alert.js';

/** More than anybody has; each costs memory in every group and message. */
export const MAX_LABELS = 64;
export const MAX_LABEL_NAME = 128;
/** Characters: values are compared with patterns and repeated in every message. */
export const MAX_LABEL_VALUE = 1_024;
/** Characters of an annotation: what the longest receiver (Discord's description) takes, twice. */
export const MAX_ANNOTATION = 8_192;

const NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function isLabelName(name: string): boolean {
  return name.length <= MAX_LABEL_NAME && NAME.test(name);
}

/** `service.name` → `service_name`: what Prometheus allows in the name of a label. */
export function labelName(field: string): string {
  const name = field.replace(/[^a-zA-Z0-9_]/g, '_').slice(0, MAX_LABEL_NAME);
  return /^[0-9]/.test(name) || name === '' ? `_${name}`.slice(0, MAX_LABEL_NAME) : name;
}

/** At most `most` UTF-16 units, the last one `…`; never half a character. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = most - 1;
  const half = (text.charCodeAt(end - 1) & 0xfc00) === 0xd800;
  return `${text.slice(0, half ? end - 1 : end)}…`;
}

/** Labels in the order of their names, without the empty ones (an empty label is an absent one), values cut. */
export function tidyLabels(labels: Labels): Labels {
  const tidy: Record<string, string> = {};
  for (const name of Object.keys(labels).sort()) {
    const value = labels[name] ?? '';
    if (value !== '') tidy[name] = cut(value, MAX_LABEL_VALUE);
  }
  return tidy;
}
