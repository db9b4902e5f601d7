import { parse as parseYaml } from 'yaml';
import { ConfigError } from './errors.js';
import { CLIENT_VARIABLES, CONFIG_VARIABLE, namedSettings, nearestName } from './names.js';
import type { NamedSetting } from './names.js';
import type { Settings } from './schema.js';
import { withoutPasswords } from './show.js';

/** Where settings come from. Nothing else is read: no process, no disk of its own. */
export interface Sources {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text of a file; undefined when it does not exist. */
  readonly readFile: (path: string) => string | undefined;
}

const DEFAULT_FILE = 'config/logweir.yml';

type Tree = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** Settings from the environment over the file over the defaults; throws one `ConfigError` that names every mistake. */
export function loadSettings(sources: Sources): Settings {
  const mistakes: string[] = [];
  const named = namedSettings();
  const file = readTree(sources, named, mistakes);
  reportUnknown(sources.env, named, mistakes);
  const tree: Record<string, Record<string, unknown>> = {};
  for (const entry of named) {
    const raw = rawValue(entry, sources, file, mistakes);
    const result = entry.setting.type.safeParse(raw);
    if (result.success) (tree[entry.section] ??= {})[entry.key] = deepFreeze(result.data);
    else mistakes.push(`${entry.name}: ${shown(entry, raw)} is not ${result.error.issues[0]?.message ?? 'allowed'}`);
  }
  if (mistakes.length === 0) mistakes.push(...contradictions(tree as unknown as Settings));
  if (mistakes.length > 0) throw new ConfigError(mistakes);
  return deepFreeze(tree) as unknown as Settings;
}

function rawValue(entry: NamedSetting, { env, readFile }: Sources, file: Tree, mistakes: string[]): unknown {
  const direct = env[entry.name];
  const path = entry.setting.secret ? env[`${entry.name}_FILE`] : undefined;
  if (direct !== undefined && path !== undefined) mistakes.push(`${entry.name}: give it or ${entry.name}_FILE, not both`);
  if (direct !== undefined) return direct;
  if (path === undefined) return file[entry.section]?.[entry.key] ?? entry.setting.fallback;
  const text = readFile(path);
  if (text === undefined) mistakes.push(`${entry.name}_FILE: ${path} cannot be read`);
  return (text ?? '').trim();
}

function shown(entry: NamedSetting, raw: unknown): string {
  return entry.setting.secret ? 'the value (secret)' : JSON.stringify(withoutPasswords(raw));
}

function readTree({ env, readFile }: Sources, named: readonly NamedSetting[], mistakes: string[]): Tree {
  const path = env[CONFIG_VARIABLE] ?? DEFAULT_FILE;
  const text = readFile(path);
  if (text === undefined) {
    if (env[CONFIG_VARIABLE] !== undefined) mistakes.push(`${CONFIG_VARIABLE}: ${path} cannot be read`);
    return {};
  }
  try {
    const tree = (parseYaml(text) ?? {}) as Tree;
    reportUnknownKeys(path, tree, named, mistakes);
    return tree;
  } catch (error) {
    mistakes.push(`${path}: ${(error as Error).message.split('\n', 1)[0]}`);
    return {};
  }
}

function reportUnknownKeys(path: string, tree: Tree, named: readonly NamedSetting[], mistakes: string[]): void {
  const known = named.map(({ section, key }) => `${section}.${key}`);
  for (const [section, keys] of Object.entries(tree)) {
    if (typeof keys !== 'object') mistakes.push(`${path}: ${section} must hold settings, such as ${section}: { key: value }`);
    for (const key of Object.keys(keys ?? {})) {
      const name = `${section}.${key}`;
      if (!known.includes(name)) mistakes.push(`${path}: there is no setting ${name}; did you mean ${nearestName(name, known)}?`);
    }
  }
}

function reportUnknown(env: Sources['env'], named: readonly NamedSetting[], mistakes: string[]): void {
  const known = new Set([CONFIG_VARIABLE, ...named.flatMap(({ name, setting }) => (setting.secret ? [name, `${name}_FILE`] : [name]))]);
  for (const name of Object.keys(env)) {
    if (!name.startsWith('LOGWEIR_') || known.has(name) || CLIENT_VARIABLES.includes(name)) continue;
    mistakes.push(`${name}: there is no such setting; did you mean ${nearestName(name, [...known])}?`);
  }
}

/** What no single setting can tell. */
function contradictions(settings: Settings): string[] {
  return [...doorContradictions(settings), ...storeContradictions(settings)];
}

function storeContradictions({ elasticsearch, store, kibana }: Settings): string[] {
  const mistakes: string[] = [];
  if (store.kind === 'elasticsearch' && elasticsearch.nodes.length === 0) mistakes.push('LOGWEIR_ELASTICSEARCH_NODES: at least one URL');
  if (store.kind === 'duckdb' && kibana.url !== '') {
    mistakes.push('LOGWEIR_KIBANA_URL: Kibana shows what is in Elasticsearch, so it needs LOGWEIR_STORE_KIND=elasticsearch');
  }
  if (elasticsearch.index !== '' && elasticsearch.datasets !== 'off') {
    mistakes.push('LOGWEIR_ELASTICSEARCH_DATASETS: data streams only; with LOGWEIR_ELASTICSEARCH_INDEX it must be off');
  }
  return mistakes;
}

function doorContradictions({ forwardSecure, json, intake, api }: Settings): string[] {
  const mistakes = [
    ...tlsMistakes('FORWARD_SECURE', forwardSecure),
    ...tlsMistakes('JSON', json),
    ...tlsMistakes('INTAKE', intake),
    ...tlsMistakes('API', api),
  ];
  const { port, tlsCert, sharedKey, users } = forwardSecure;
  if (users.length > 0 && sharedKey === '') mistakes.push('LOGWEIR_FORWARD_SECURE_USERS: users need LOGWEIR_FORWARD_SECURE_SHARED_KEY');
  if (users.some((user) => !/^[^:]+:.+$/.test(user))) mistakes.push('LOGWEIR_FORWARD_SECURE_USERS: each is name:password');
  if (port !== 'off' && tlsCert === '' && sharedKey === '') {
    mistakes.push('LOGWEIR_FORWARD_SECURE_PORT: a secured door needs LOGWEIR_FORWARD_SECURE_SHARED_KEY, _TLS_CERT or both');
  }
  return mistakes;
}

function tlsMistakes(section: string, { tlsCert, tlsKey, tlsCa }: Pick<Settings['json'], 'tlsCert' | 'tlsKey' | 'tlsCa'>): string[] {
  const mistakes: string[] = [];
  if ((tlsCert === '') !== (tlsKey === ''))
    mistakes.push(`LOGWEIR_${section}_TLS_CERT and LOGWEIR_${section}_TLS_KEY: give both or neither`);
  if (tlsCa !== '' && tlsCert === '')
    mistakes.push(`LOGWEIR_${section}_TLS_CA: client certificates need LOGWEIR_${section}_TLS_CERT and _KEY`);
  return mistakes;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze);
  return Object.freeze(value);
}
