/**
 * `receivers` of the routes file: a name, and one block per kind of endpoint. `${NAME}` in a text is taken from the
 * environment, `url_file: path` becomes `url: <what the file says>`: secrets need not stand in the file.
 */
import type { ReceiverConfig } from './routing.js';
import type { Field } from './yaml-reader.js';

export interface SecretSources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Throws when there is none. Absent: files are not read, and a `…_file` key is a problem. */
  readonly readFile?: (path: string) => string;
}

export const RECEIVER_KINDS = ['webhook', 'slack', 'discord', 'teams', 'pagerduty', 'email', 'alertmanager'] as const;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,127}$/;
const FILE_KEY = /^(.+?)(?:_file|File)$/;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export function readReceiver(field: Field, sources: SecretSources): ReceiverConfig | undefined {
  const fields = field.asMap(['name', 'sendResolved', ...RECEIVER_KINDS]);
  const name = fields.get('name')?.asText() ?? '';
  if (!NAME.test(name)) return field.refuse(`"${name}" is not a receiver's name`, 'letters, digits, _ . - (at most 128)');
  const settings: Record<string, unknown> = {};
  for (const kind of RECEIVER_KINDS) {
    const block = fields.get(kind);
    if (block !== undefined) settings[kind] = resolve(block, block.plain, sources);
  }
  return { name, sendResolved: fields.get('sendResolved')?.asBoolean() ?? true, settings };
}

/** The same value with its secrets in place. Problems name the variable or the file, never what it holds. */
function resolve(at: Field, value: unknown, sources: SecretSources): unknown {
  if (typeof value === 'string') return value.replace(VARIABLE, (_all, name: string) => variable(at, name, sources));
  if (Array.isArray(value)) return value.map((item: unknown) => resolve(at, item, sources));
  if (typeof value !== 'object' || value === null) return value;
  const resolved: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    const target = FILE_KEY.exec(key)?.[1];
    if (target !== undefined && typeof item === 'string') resolved[target] = readSecret(at, { key, path: item }, sources);
    else resolved[key] = resolve(at, item, sources);
  }
  return resolved;
}

function variable(at: Field, name: string, { env }: SecretSources): string {
  const value = env[name];
  if (value === undefined) at.refuse(`the environment has no variable ${name}`);
  return value ?? '';
}

function readSecret(at: Field, { key, path }: { readonly key: string; readonly path: string }, { readFile }: SecretSources): string {
  if (readFile === undefined) {
    at.refuse(`${key}: files cannot be read here`);
    return '';
  }
  try {
    return readFile(path).trim();
  } catch {
    at.refuse(`${key}: the file ${path} cannot be read`);
    return '';
  }
}
