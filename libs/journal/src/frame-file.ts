import { type FileHandle, open } from 'node:fs/promises';
import { type Found, FrameScanner } from './frame.js';

/** Reads the frames of one segment file in order, from a frame's offset to `end`. */
export class FrameFile {
  readonly #scanner: FrameScanner;
  #need = 0;

  private constructor(
    private readonly file: FileHandle,
    readonly segment: number,
    from: number,
  ) {
    this.#scanner = new FrameScanner(segment, from);
  }

  static async open(path: string, segment: number, from: number): Promise<FrameFile> {
    return new FrameFile(await open(path, 'r'), segment, from);
  }

  /** Offset of what the next `read` begins with. */
  get offset(): number {
    return this.#scanner.offset;
  }

  /** The next frames and damages, at least one unless all up to `end` is read; a frame longer than a block comes whole. */
  async read(end: number, blockBytes: number): Promise<Found[]> {
    const found: Found[] = [];
    while (found.length === 0 && this.offset < end) {
      const length = Math.min(Math.max(blockBytes, this.#need), end - this.offset);
      const block = await this.#block(length);
      this.#need = this.#scanner.scan(block, block.length < length || this.offset + block.length >= end, found);
      if (block.length === 0) break;
    }
    return found;
  }

  async #block(length: number): Promise<Buffer> {
    const block = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.file.read(block, filled, length - filled, this.offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return block.subarray(0, filled);
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
