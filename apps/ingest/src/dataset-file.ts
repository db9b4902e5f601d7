import { readOptionalBytes, replaceFile } from '#libs/disk';

/**
 * `datasets.json` in the data folder: `{"names":["web","shop.api"]}`, every name that got a dataset of its own, so that a
 * restart gives the same ones again. Records carry their dataset in the journal and do not need it: what a crash of the
 * machine loses here in the first milliseconds of a name may only begin one stream more than the limit.
 */
export class DatasetFile {
  private saving: Promise<void> = Promise.resolve();

  private constructor(
    private readonly path: string,
    readonly names: readonly string[],
    private readonly report: (message: string) => void,
  ) {}

  /** `report` is told of a file that cannot be read or written; the names then count from what is known. */
  static async open(path: string, report: (message: string) => void): Promise<DatasetFile> {
    return new DatasetFile(path, await readNames(path, report), report);
  }

  /** Durable some milliseconds later; nobody waits for it but `close`. */
  save(names: readonly string[]): void {
    this.saving = this.saving
      .then(() => replaceFile(this.path, `${JSON.stringify({ names })}\n`, { mode: 0o600 }))
      .catch((error: unknown) => this.report(`${this.path} cannot be written: ${(error as Error).message}`));
  }

  close(): Promise<void> {
    return this.saving;
  }
}

async function readNames(path: string, report: (message: string) => void): Promise<readonly string[]> {
  try {
    const content = await readOptionalBytes(path);
    if (content === undefined) return [];
    const { names } = JSON.parse(content.toString()) as { names?: unknown };
    if (!Array.isArray(names)) throw new Error('it has no list of names');
    return names.filter((name) => typeof name === 'string');
  } catch (error) {
    report(`${path} cannot be read, datasets begin anew: ${(error as Error).message}`);
    return [];
  }
}
