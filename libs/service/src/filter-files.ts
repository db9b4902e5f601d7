import type { Settings } from '#libs/config';
import { type Filter, Filters, type Hash, hashWith, MAX_FILTERS, MAX_METRIC_NAMES, parseFilters, type ParsedFilters } from '#libs/filters';
import { formatProblem } from '#libs/rules';
import type { Logger, Metrics } from '#libs/telemetry';
import { type FoundFile, WatchedFiles } from './watched-files.js';

/** A filter is written because something must not be stored: also where a folder does not tell of changes it counts soon. */
const LOOK_MS = 500;
/** Mistakes told at once; the rest shows when these are mended. */
const MAX_TOLD = 50;
/** Of the setting, before those of files. */
const BUILT_IN = 'built-in';

export interface FilterFilesOptions {
  readonly settings: Settings['filters'];
  readonly metrics: Metrics;
  readonly log: Logger;
}

interface Known {
  readonly filter: Filter;
  readonly file: string;
}

/**
 * The filters of the settings and of config/filters. One with a mistake stays as it was before; so do all of a file that is
 * no YAML, as nothing tells what is missing in it.
 */
export class FilterFiles {
  private readonly files: WatchedFiles;
  private known = new Map<string, Known>();
  private compiled: Filters | undefined;
  private readonly names = new Set<string>();
  private reading: Promise<void> = Promise.resolve();
  private isRead = false;

  private constructor(private readonly options: FilterFilesOptions) {
    this.files = new WatchedFiles(options.settings.folder, () => void this.read(), LOOK_MS);
  }

  static async open(options: FilterFilesOptions): Promise<FilterFiles> {
    const files = new FilterFiles(options);
    await files.read();
    files.files.start();
    return files;
  }

  /** undefined while there is none, so that none costs nothing. */
  get current(): Filters | undefined {
    return this.compiled;
  }

  /** undefined without a key. */
  get hash(): Hash | undefined {
    const { hashKey } = this.options.settings;
    return hashKey === '' ? undefined : hashWith(hashKey);
  }

  close(): Promise<void> {
    this.files.close();
    return this.reading;
  }

  private read(): Promise<void> {
    this.reading = this.reading.then(async () => {
      try {
        this.take(await this.files.read());
      } catch (error) {
        const { folder } = this.options.settings;
        this.options.log.error('filter files cannot be read; what they were before goes on', { folder, reason: (error as Error).message });
      }
    });
    return this.reading;
  }

  private take(files: readonly FoundFile[]): void {
    const { metrics, log } = this.options;
    const next = new Map<string, Known>();
    const problems: string[] = [];
    for (const { path, text } of files) {
      const parsed = parseFilters(text, { file: path, canHash: this.hash !== undefined });
      problems.push(...parsed.problems.map(formatProblem));
      for (const filter of [...parsed.filters, ...this.keptOf(path, parsed)]) {
        if (next.has(filter.name)) problems.push(`${path}: filter "${filter.name}" is in another file already: choose another name`);
        else if (next.size >= MAX_FILTERS)
          problems.push(`${path}: filter "${filter.name}" is one too many: at most ${MAX_FILTERS} are allowed`);
        else next.set(filter.name, { filter, file: path });
      }
    }
    // One line, as a logger holds back what it has just said.
    if (problems.length > 0) log.error('filters are not right', { count: problems.length, problems: problems.slice(0, MAX_TOLD) });
    metrics.filterErrors.set(problems.length);
    this.known = next;
    this.activate();
  }

  /** What stays of a file as it was before. */
  private keptOf(path: string, { filters, problems }: ParsedFilters): Filter[] {
    const found = new Set(filters.map(({ name }) => name));
    const isUnclear = problems.some(({ filter }) => filter === undefined);
    const broken = new Set(problems.map(({ filter }) => filter));
    return [...this.known.values()]
      .filter(({ filter, file }) => file === path && !found.has(filter.name) && (isUnclear || broken.has(filter.name)))
      .map(({ filter }) => filter);
  }

  private activate(): void {
    const { settings, metrics, log } = this.options;
    const all = [...builtIn(settings.redact), ...Array.from(this.known.values(), ({ filter }) => filter)];
    const labels = new Map(all.map(({ name, kind }) => [name, { filter: this.labelOf(name), kind }]));
    const report = (filter: string): void => metrics.filterHits.inc(labels.get(filter) ?? {});
    this.compiled = all.length === 0 ? undefined : new Filters(all, { ...(this.hash && { hash: this.hash }), report });
    metrics.filters.set(all.length);
    if (this.isRead || all.length > 0) log.info('filters are in force', { filters: all.map(({ name }) => name) });
    this.isRead = true;
  }

  private labelOf(name: string): string {
    if (this.names.has(name)) return name;
    if (this.names.size >= MAX_METRIC_NAMES) return 'other';
    this.names.add(name);
    return name;
  }
}

function builtIn(patterns: Settings['filters']['redact']): Filter[] {
  return patterns.length === 0 ? [] : [{ name: BUILT_IN, kind: 'redact', patterns, fields: [], action: 'mask' }];
}
