import { setTimeout as pause } from 'node:timers/promises';
import type { FileProgress } from './state.js';
import { State } from './state.js';
import { type Counts, entryReader, FileChunks, type Chunk, type ReadOptions } from './chunks.js';
import { HubClient } from './hub-client.js';
import type { ImportOptions } from './options.js';
import { MovedError } from './lines.js';
import { findSources, type FoundFile, type Source, type Trouble } from './sources.js';
import { storedChunks } from './stored-chunks.js';

/** Chunks under way at once: the hub reads 32 of a connection before it waits for the disk. */
const WINDOW_CHUNKS = 16;
const WINDOW_BYTES = 6 * 1024 * 1024;
/** What is under way when somebody interrupts may still be acknowledged. */
const LAST_MS = 3_000;
/** The hub's clock, and the way there. */
const MARGIN_MS = 60_000;

export interface ImportView {
  readonly counts: Counts;
  readonly files: number;
  readonly bytes: number;
  filesDone: number;
}

export interface ImportResult {
  readonly counts: Counts;
  readonly troubles: readonly Trouble[];
  readonly interrupted: boolean;
}

export interface ImportParts {
  readonly options: ImportOptions;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** Something that a person should know now. */
  readonly say: (message: string) => void;
  /** Called once what there is to do is known. */
  readonly onStart: (view: ImportView) => void;
}

interface Group {
  readonly chunks: Chunk[];
  readonly frames: readonly Buffer[];
}

/** From files to acknowledged chunks; see `state.ts` for the order that makes each line come once. */
export class Import {
  private readonly counts: Counts = { lines: 0, sent: 0, outside: 0, expired: 0, malformed: 0, unfinished: 0, bytesRead: 0 };
  private readonly troubles: Trouble[] = [];
  private readonly moved = new Set<Source>();
  private readonly client: HubClient;
  private readonly last = new AbortController();

  constructor(private readonly parts: ImportParts) {
    const { host, port, giveUpMs } = parts.options;
    this.client = new HubClient({ host, port, giveUpMs, onTrouble: parts.say, now: parts.now });
  }

  async run(): Promise<ImportResult> {
    const { options, signal } = this.parts;
    const state = await State.open(options.state);
    const { sources, troubles } = await findSources(options.paths, options);
    this.troubles.push(...troubles);
    signal.addEventListener(
      'abort',
      () => void pause(LAST_MS, undefined, { ref: false }).then(() => this.last.abort(new Error('interrupted'))),
    );
    try {
      if (!options.dryRun) await this.finishLastRun(state);
      const chunks = this.chunksOf(sources, state);
      await (options.dryRun ? this.countOnly(chunks) : this.send(chunks, state));
    } catch (error) {
      if (!this.last.signal.aborted) throw error;
    } finally {
      this.client.close();
    }
    return { counts: this.counts, troubles: this.troubles, interrupted: signal.aborted };
  }

  private async countOnly(chunks: AsyncGenerator<Chunk>): Promise<void> {
    for await (const _ of chunks) if (this.parts.signal.aborted) return;
  }

  private async finishLastRun(state: State): Promise<void> {
    const { options, now, say } = this.parts;
    const window = await state.unfinished();
    if (window === undefined) return;
    const { ids, frames } = window;
    const isOld = now() - window.at > options.dedupeMs - MARGIN_MS;
    let skipped: ReadonlySet<string> = new Set(options.underWay === 'skip' ? ids : []);
    if (isOld && options.underWay === 'ask') skipped = await storedChunks(ids, { api: options.api, keyFile: options.apiKeyFile });
    const open = ids.flatMap((id, index) => (skipped.has(id) ? [] : [{ id, frame: frames[index] as Buffer }]));
    say(`the last run ended with ${ids.length} chunks under way; sending ${open.length} of them again`);
    await this.client.send(
      open.map(({ id }) => id),
      open.map(({ frame }) => frame),
      this.last.signal,
    );
    await state.finish(window);
  }

  /** While one window is under way the next is read. */
  private async send(chunks: AsyncGenerator<Chunk>, state: State): Promise<void> {
    const { signal, now } = this.parts;
    let group = await this.nextGroup(chunks);
    while (group.chunks.length > 0) {
      const sent = group.chunks.filter(({ frame }) => frame !== undefined);
      const window = {
        number: state.next,
        at: now(),
        ids: sent.map(({ id }) => id),
        frames: group.frames,
        lines: sent.reduce((sum, { lines }) => sum + lines, 0),
        after: lastOfEach(group.chunks),
      };
      if (sent.length > 0) await state.begin(window);
      const next = signal.aborted ? NOTHING : this.nextGroup(chunks);
      next.catch(() => undefined);
      await this.client.send(window.ids, window.frames, this.last.signal);
      await state.finish(window);
      if (signal.aborted) return;
      group = await next;
    }
  }

  private async nextGroup(chunks: AsyncGenerator<Chunk>): Promise<Group> {
    const group: Chunk[] = [];
    const frames: Buffer[] = [];
    let bytes = 0;
    while (frames.length < WINDOW_CHUNKS && bytes < WINDOW_BYTES) {
      const { value, done } = await chunks.next();
      if (done === true) break;
      group.push(value);
      if (value.frame === undefined) continue;
      frames.push(value.frame);
      bytes += value.frame.length;
    }
    return { chunks: group, frames };
  }

  private async *chunksOf(sources: readonly Source[], state: State): AsyncGenerator<Chunk> {
    const files = sources.flatMap((source) => source.files);
    const view = { counts: this.counts, files: files.length, bytes: files.reduce((sum, file) => sum + file.bytes, 0), filesDone: 0 };
    this.parts.onStart(view);
    for (const source of sources) {
      let before: FileProgress | undefined;
      for (const [index, file] of source.files.entries()) {
        if (this.parts.signal.aborted) return;
        const reading = { file, rotated: index < source.files.length - 1 };
        if (this.moved.has(source)) break;
        for await (const chunk of this.chunksOfFile(source, reading, { state, before })) {
          before = chunk.after;
          yield chunk;
          if (this.parts.signal.aborted) return;
        }
        view.filesDone += 1;
      }
    }
  }

  /** The last one tells where the file is, also when nothing is to be sent. */
  private async *chunksOfFile(
    source: Source,
    { file, rotated }: { readonly file: FoundFile; readonly rotated: boolean },
    { state, before }: { readonly state: State; readonly before: FileProgress | undefined },
  ): AsyncGenerator<Chunk> {
    try {
      const { progress, replaced } = await state.progressOf(file);
      if (replaced) this.parts.say(`${file.path} begins anew since the last run: all of it is read`);
      if (progress !== undefined && isDone(file, progress, rotated)) {
        this.counts.bytesRead += file.bytes;
        yield { id: '', lines: 0, after: { ...progress, path: file.path } };
        return;
      }
      const options: ReadOptions = { ...this.parts.options, now: this.parts.now };
      const entries = entryReader(source, file, options);
      entries.restore((progress ?? before)?.saved ?? {});
      yield* new FileChunks({ file, progress, rotated }, entries, options, this.counts).read();
    } catch (error) {
      if (error instanceof MovedError) this.leave(source, error);
      else this.troubles.push({ path: file.path, reason: (error as Error).message });
    }
  }

  /** Its files have other names now; what goes on in what is to be found out anew. */
  private leave(source: Source, { message }: MovedError): void {
    this.moved.add(source);
    this.parts.say(`${message}: run the import again for the rest of ${source.name}`);
  }
}

/** A piece that waited for a newer file must be sent when there is none any more. */
function isDone({ bytes, changedMs }: FoundFile, { complete, saved }: FileProgress, rotated: boolean): boolean {
  return complete?.bytes === bytes && complete.changedMs === changedMs && (rotated || saved.open === undefined);
}

const NOTHING: Promise<Group> = Promise.resolve({ chunks: [], frames: [] });

function lastOfEach(chunks: readonly Chunk[]): FileProgress[] {
  return [...new Map(chunks.map(({ after }) => [`${after.device}:${after.inode}`, after])).values()];
}
