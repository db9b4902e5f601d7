/**
 * Secrets need not stand in a block: `${NAME}` in a text is taken from the environment, `urlFile: path` (or `url_file`)
 * becomes `url: <what the file says>`. Blocks that come over REST are given neither, so nobody reads our files by them.
 */
export interface SecretSources {
  /** Absent: texts stay as they are. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Throws when there is none. Absent: files are refused. */
  readonly readFile?: (path: string) => string;
}

export interface Problem {
  /** `webhook.secrets.0`; '' for the block itself. */
  readonly path: string;
  readonly message: string;
}

const FILE_KEY = /^(.+?)(?:_file|File)$/;
const VARIABLE = /\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const MAX_DEPTH = 6;

interface Place {
  readonly path: readonly string[];
  readonly sources: SecretSources;
  readonly problems: Problem[];
}

/** The same value with its secrets in place. Problems name the variable or the file, never what it holds. */
export function resolveSecrets(value: unknown, place: Place): unknown {
  if (typeof value === 'string') return value.replace(VARIABLE, (whole, name: string) => variable(whole, name, place));
  if (typeof value !== 'object' || value === null || place.path.length > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item: unknown, index) => resolveSecrets(item, below(place, String(index))));
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    const target = FILE_KEY.exec(key)?.[1];
    if (target === undefined || typeof item !== 'string') return [key, resolveSecrets(item, below(place, key))];
    return [target, fromFile(item, below(place, key))];
  });
  return Object.fromEntries(entries);
}

const below = (place: Place, key: string): Place => ({ ...place, path: [...place.path, key] });

function variable(whole: string, name: string, { path, sources, problems }: Place): string {
  if (sources.env === undefined) return whole;
  const value = sources.env[name];
  if (value === undefined) problems.push({ path: path.join('.'), message: `the environment has no variable ${name}` });
  return value ?? whole;
}

function fromFile(file: string, { path, sources, problems }: Place): string | undefined {
  if (sources.readFile === undefined) {
    problems.push({ path: path.join('.'), message: 'files are read for receivers of the routes file only' });
    return undefined;
  }
  try {
    return sources.readFile(file).trim();
  } catch {
    problems.push({ path: path.join('.'), message: `the file ${file} cannot be read` });
    return undefined;
  }
}
