import { type FSWatcher, watch } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Editors write a file in several steps. */
const SETTLE_MS = 100;
/** Mounted folders do not always tell of changes; then within a second all the same. */
const LOOK_MS = 900;
/** A file of rules is written by people. */
const MAX_FILE_BYTES = 1024 * 1024;

export interface FoundFile {
  readonly path: string;
  readonly text: string;
}

/** The texts of a file, or of all `*.yml` and `*.yaml` in a folder; tells when something in them has changed. */
export class WatchedFiles {
  private watcher: FSWatcher | undefined;
  private settle: NodeJS.Timeout | undefined;
  private looking: NodeJS.Timeout | undefined;
  private seen = '';
  private isLooking = false;

  constructor(
    private readonly path: string,
    private readonly onChange: () => void,
    private readonly lookMs = LOOK_MS,
  ) {}

  /** In the order of their names; none when nothing is there. Throws when something is there and cannot be read. */
  async read(): Promise<FoundFile[]> {
    const found: FoundFile[] = [];
    for (const path of await this.paths()) {
      const { size } = await stat(path);
      if (size > MAX_FILE_BYTES) throw new Error(`${path}: ${size} bytes are too many (limit ${MAX_FILE_BYTES})`);
      found.push({ path, text: await readFile(path, 'utf8') });
    }
    this.seen = signatureOf(found);
    return found;
  }

  start(): void {
    this.looking = setInterval(() => void this.look(), this.lookMs);
    this.looking.unref();
    this.watch();
  }

  close(): void {
    clearInterval(this.looking);
    clearTimeout(this.settle);
    this.watcher?.close();
  }

  private watch(): void {
    if (this.watcher !== undefined) return;
    try {
      // The folder of a file: a rename puts another file under the name.
      this.watcher = watch(/\.ya?ml$/.test(this.path) ? dirname(this.path) : this.path, () => {
        clearTimeout(this.settle);
        this.settle = setTimeout(() => void this.look(), SETTLE_MS);
      });
      this.watcher.unref();
      this.watcher.on('error', () => {
        this.watcher?.close();
        this.watcher = undefined;
      });
    } catch {
      // Not there yet: `look` tries again.
    }
  }

  /** One at a time: a mount may hang. */
  private async look(): Promise<void> {
    if (this.isLooking) return;
    this.isLooking = true;
    this.watch();
    const before = this.seen;
    try {
      await this.read();
    } catch {
      this.seen = 'unreadable';
    }
    this.isLooking = false;
    if (this.seen !== before) this.onChange();
  }

  private async paths(): Promise<string[]> {
    const found = await stat(this.path).catch(() => undefined);
    if (found === undefined) return [];
    if (found.isFile()) return [this.path];
    const names = await readdir(this.path);
    return names
      .filter((name) => /^[^.].*\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(this.path, name));
  }
}

function signatureOf(files: readonly FoundFile[]): string {
  return JSON.stringify(files.map(({ path, text }) => [path, text]));
}
