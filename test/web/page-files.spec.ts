import { type PageFile, readPageFiles } from '#apps/api/src/web/page-files';

/** On 1.6 Mbit/s, a slow telephone, this takes 1.2 s. */
const MOST_GZIPPED = 250_000;
/** A page that is opened from there. */
const MOST_LATER = 10_000;

const sizeOf = ({ body, gzip }: PageFile): number => gzip?.length ?? body.length;

describe('the built page', () => {
  let files: ReadonlyMap<string, PageFile>;
  /** What index.html names, and itself. */
  let first: string[];

  beforeAll(async () => {
    files = await readPageFiles();
    const html = files.get('index.html')?.body.toString() ?? '';
    const named = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path = '']) => path.replace('./', ''));
    first = ['index.html', ...named];
  });

  it('names no address but its own', () => {
    expect(first.length).toBeGreaterThan(3);
    for (const path of first) expect(files.has(path)).toBe(true);
  });

  it('is small, with the query editor and the histogram', () => {
    const size = [...files].reduce((sum, [path, file]) => sum + (first.includes(path) ? sizeOf(file) : 0), 0);
    expect(size).toBeLessThan(MOST_GZIPPED);
  });

  it('loads little more for its other pages', () => {
    const later = [...files].filter(([path]) => !first.includes(path));
    expect(later.length).toBeGreaterThan(3);
    for (const [, file] of later) expect(sizeOf(file)).toBeLessThan(MOST_LATER);
  });
});
