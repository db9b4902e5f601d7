import { defaultRouting, formatRoutingProblem, parseRouting, type ReceiverConfig, type Routing } from '#libs/alerts';
import { type Documents, Watched } from '#libs/documents';
import type { Logger } from '#libs/telemetry';
import { WatchedFiles } from './watched-files.js';

export interface RoutingFileOptions {
  readonly path: string;
  readonly documents: Documents;
  readonly log: Logger;
  readonly announce: () => Promise<void>;
}

/**
 * Routes and receivers: those of config/routes.yml, and beside them receivers that were made over REST. With a mistake in
 * the file, what was there before goes on.
 */
export class RoutingFile {
  readonly receivers: Watched<ReceiverConfig>;
  private routing: Routing = defaultRouting([]);
  /** As the file says, or as it is without one; undefined before the first reading. */
  private written: Routing | undefined;
  private readonly files: WatchedFiles;
  private readonly listeners = new Set<() => void>();

  private constructor(private readonly options: RoutingFileOptions) {
    const { documents, announce, path } = options;
    this.receivers = new Watched<ReceiverConfig>({
      documents,
      collection: 'receivers',
      announce,
      parse: ({ value }) => value as ReceiverConfig,
    });
    this.receivers.onChange(() => void this.read());
    this.files = new WatchedFiles(path, () => void this.read());
  }

  static async open(options: RoutingFileOptions): Promise<RoutingFile> {
    const routing = new RoutingFile(options);
    await routing.read();
    routing.files.start();
    return routing;
  }

  /** With all receivers. */
  get current(): Routing {
    return this.routing;
  }

  get path(): string {
    return this.options.path;
  }

  /** All receivers, those of the file first. */
  get allReceivers(): readonly ReceiverConfig[] {
    return [...(this.written?.receivers ?? []), ...this.receivers.all.filter(({ name }) => !this.isOfFile(name))];
  }

  /** Receivers of the file hide others of their name, and are changed there only. */
  isOfFile(name: string): boolean {
    return this.written?.receivers.some((receiver) => receiver.name === name) ?? false;
  }

  /** Gives what ends it. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** Reads the receivers made over REST again. */
  load(): Promise<void> {
    return this.receivers.load();
  }

  close(): void {
    this.files.close();
  }

  private async read(): Promise<void> {
    const { log } = this.options;
    try {
      const [file] = await this.files.read();
      const made = this.receivers.all.map(({ name }) => name);
      this.written = file === undefined ? defaultRouting(made) : this.parse(file.path, file.text, made);
    } catch (error) {
      log.error('the routing file cannot be read', { reason: (error as Error).message });
    }
    this.routing = { ...(this.written ?? defaultRouting([])), receivers: this.allReceivers };
    for (const listener of this.listeners) listener();
  }

  /** With a mistake: what was there before. */
  private parse(file: string, text: string, receivers: readonly string[]): Routing | undefined {
    const { routing, problems } = parseRouting(text, { file, receivers });
    for (const problem of problems) this.options.log.error('the routing is not right', { problem: formatRoutingProblem(problem) });
    return routing ?? this.written;
  }
}
