import { type Stats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Fields } from './entry.js';
import type { FileContent } from './lines.js';

/** Files that go on in one another (a log and what it was rotated to), oldest first. */
export interface Source {
  readonly kind: 'docker' | 'plain';
  readonly name: string;
  readonly fields: Fields;
  readonly files: readonly FoundFile[];
}

export interface FoundFile extends FileContent {
  readonly device: number;
  readonly inode: number;
  readonly bytes: number;
  readonly changedMs: number;
}

export interface Trouble {
  readonly path: string;
  readonly reason: string;
}

export interface Found {
  readonly sources: readonly Source[];
  /** Paths that cannot be read. */
  readonly troubles: readonly Trouble[];
}

export interface PlainFields {
  readonly service?: string | undefined;
  readonly container?: string | undefined;
}

/** `x.log`, `x.log.1`, `x.log.2.gz`, `x.log-20261120.gz` */
const ROTATED = /^(.+?)(?:[.-](\d{1,8}))?(\.gz)?$/;
const DOCKER_LOG = /^[0-9a-f]{12,64}-json\.log$/;
/** Taken from a folder; a file that is named itself is taken whatever its name. */
const LOG_NAME = /\.(log|txt|out|err|json|jsonl|ndjson)$/;
/** Fields of labels: more would only repeat with every line. */
const MAX_LABELS = 64;
const MAX_LABEL = 1_024;
/** A label of this name becomes `service.name`. */
const COMPOSE_SERVICE = 'com.docker.compose.service';

/** Throws for nothing: what cannot be read is among the troubles. */
export async function findSources(paths: readonly string[], given: PlainFields): Promise<Found> {
  const troubles: Trouble[] = [];
  const files = new Map<string, FoundFile>();
  for (const path of paths) await walk(path, true, { files, troubles });
  // Being compressed, or just so: the file goes when its twin is whole.
  for (const path of files.keys()) if (path.endsWith('.gz') && files.has(path.slice(0, -'.gz'.length))) files.delete(path);
  const groups = new Map<string, FoundFile[]>();
  for (const file of files.values()) {
    const base = join(dirname(file.path), (ROTATED.exec(basename(file.path)) ?? [])[1] ?? '');
    groups.set(base, [...(groups.get(base) ?? []), file]);
  }
  const sources: Source[] = [];
  for (const [base, group] of [...groups].sort(([a], [b]) => (a < b ? -1 : 1))) {
    sources.push(await sourceOf(base, group.sort(oldestFirst), given));
  }
  return { sources, troubles };
}

interface Walk {
  readonly files: Map<string, FoundFile>;
  readonly troubles: Trouble[];
}

async function walk(path: string, named: boolean, into: Walk): Promise<void> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) {
      for (const name of (await readdir(path)).sort()) await walk(join(path, name), false, into);
    } else if (found.isFile() && (named || isLog(basename(path)))) into.files.set(path, fileOf(path, found));
    else if (named) into.troubles.push({ path, reason: 'it is neither a file nor a folder' });
  } catch (error) {
    into.troubles.push({ path, reason: (error as Error).message });
  }
}

function fileOf(path: string, { dev, ino, size, mtimeMs }: Stats): FoundFile {
  return { path, compressed: path.endsWith('.gz'), device: dev, inode: ino, bytes: size, changedMs: mtimeMs };
}

/** Docker's own files beside a log are JSON, too. */
function isLog(name: string): boolean {
  if (name === 'config.v2.json' || name === 'hostconfig.json') return false;
  return LOG_NAME.test((ROTATED.exec(name) ?? [])[1] ?? '');
}

/** Numbers grow with age (`.1`, `.2`), dates with youth; the one without either is the newest. */
function oldestFirst(a: FoundFile, b: FoundFile): number {
  const [first, second] = [a, b].map(({ path }) => ROTATED.exec(basename(path))?.[2]);
  if (first === undefined || second === undefined) return first === second ? 0 : first === undefined ? 1 : -1;
  return first.length === 8 && second.length === 8 ? Number(first) - Number(second) : Number(second) - Number(first);
}

async function sourceOf(base: string, files: readonly FoundFile[], given: PlainFields): Promise<Source> {
  if (DOCKER_LOG.test(basename(base))) return dockerSource(base, files, given.service);
  return { kind: 'plain', name: base, fields: plainFields(base, given), files };
}

/** Lines of a container look like those that Docker sends, so that they are found by it and stack traces become one record. */
function plainFields(file: string, { service, container }: PlainFields): Fields {
  if (container === undefined) return { ...(service === undefined ? {} : { 'service.name': service }), 'log.file.path': file };
  const named = service === undefined ? {} : { [COMPOSE_SERVICE]: service };
  return { ...named, log_file: file, container_id: container, container_name: `/${container}` };
}

interface DockerConfig {
  readonly Name?: unknown;
  readonly Config?: { readonly Image?: unknown; readonly Labels?: Readonly<Record<string, unknown>> | null };
}

/** What `config.v2.json` beside the log knows of the container; its id stands in the name of the log. */
async function dockerSource(base: string, files: readonly FoundFile[], service: string | undefined): Promise<Source> {
  const id = basename(base).replace(/-json\.log$/, '');
  const config = await readConfig(join(dirname(base), 'config.v2.json'));
  const labels = Object.entries(config.Config?.Labels ?? {})
    .filter((label): label is [string, string] => typeof label[1] === 'string' && label[1].length <= MAX_LABEL)
    .slice(0, MAX_LABELS);
  const name = typeof config.Name === 'string' ? config.Name : `/${id.slice(0, 12)}`;
  const image = config.Config?.Image;
  const fields = {
    ...Object.fromEntries(labels),
    ...(service === undefined ? {} : { [COMPOSE_SERVICE]: service }),
    container_id: id,
    container_name: name,
    ...(typeof image === 'string' ? { container_image: image } : {}),
  };
  return { kind: 'docker', name: name.slice(1), fields, files };
}

async function readConfig(path: string): Promise<DockerConfig> {
  try {
    return (JSON.parse(await readFile(path, 'utf8')) ?? {}) as DockerConfig;
  } catch {
    return {};
  }
}
