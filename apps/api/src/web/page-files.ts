import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Where `npm run build` puts the page; also for sources that run without a build of their own. */
const FOLDER = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../../../dist/apps/web/' : '../../../web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** One file of the page: what is sent of it, and how a browser may keep it. */
export interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  /** As the build packed it; absent where that made it no smaller. */
  readonly gzip: Buffer | undefined;
  /** Weak, as it stands for the packed body too. */
  readonly etag: string;
  /** Its name has the hash of what is in it. */
  readonly immutable: boolean;
}

/** The files of the page by path, `index.html` and `assets/app-1a2b.js`. Under 2 MB, read once and kept; empty when nothing was built. */
export async function readPageFiles(folder = FOLDER): Promise<ReadonlyMap<string, PageFile>> {
  const names = await readdir(folder, { recursive: true }).catch(() => []);
  const known = new Set(names.map((name) => name.replaceAll('\\', '/')));
  const found = [...known].flatMap((name) => {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
    return type === undefined ? [] : [read(folder, name, type, known.has(`${name}.gz`))];
  });
  return new Map(await Promise.all(found));
}

async function read(folder: string, name: string, type: string, packed: boolean): Promise<[string, PageFile]> {
  const body = await readFile(folder + name);
  const gzip = packed ? await readFile(`${folder}${name}.gz`) : undefined;
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return [name, { type, body, gzip, etag, immutable: name.startsWith('assets/') }];
}
