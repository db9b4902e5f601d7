import { stat } from 'node:fs/promises';
import path from 'node:path';
import { type Document, FileDocuments, type Report } from '#libs/documents';

/** The command writes the same files while a process runs, so they are looked at again; a change shows within a second. */
const LOOK_MS = 500;
/** Two changes within one tick of the file system's clock look like one: at times everything is read again. */
const READ_AGAIN_LOOKS = 60;

/** Where keys and audit records are without a Redis; several processes may read and write there, each document is one file. */
export class AccessFolder {
  private timer: NodeJS.Timeout | undefined;
  private seen = '';
  private looks = 0;

  constructor(
    readonly dir: string,
    private readonly report: Report,
  ) {}

  /** As the files are now; what was opened before sees nothing of what others have written since. */
  open(): Promise<FileDocuments> {
    return FileDocuments.open({ dir: this.dir, report: this.report });
  }

  /** Makes no folder where there is none. */
  async list(collection: string): Promise<readonly Document[]> {
    const found = await this.signature(collection);
    this.seen = found;
    return found === '' ? [] : (await this.open()).list(collection);
  }

  /** Calls `changed` when something in the collection's folder was made, replaced or removed. */
  watch(collection: string, changed: () => void): void {
    this.timer = setInterval(() => void this.look(collection, changed), LOOK_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  private async look(collection: string, changed: () => void): Promise<void> {
    const again = ++this.looks % READ_AGAIN_LOOKS === 0;
    if (again || (await this.signature(collection)) !== this.seen) changed();
  }

  /** Changes with every rename into the folder; empty when there is none. */
  private async signature(collection: string): Promise<string> {
    const found = await stat(path.join(this.dir, 'documents', collection), { bigint: true }).catch(() => undefined);
    return found === undefined ? '' : `${found.ino} ${found.mtimeNs}`;
  }
}
