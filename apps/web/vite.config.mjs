import { gzipSync } from 'node:zlib';

/** Packs once what is sent often; a file that does not shrink is sent as it is. */
const packed = {
  name: 'packed',
  apply: 'build',
  generateBundle: {
    order: 'post',
    handler(_options, bundle) {
      for (const [fileName, { type, code, source }] of Object.entries(bundle)) {
        const body = Buffer.from(type === 'chunk' ? code : source);
        const gzip = gzipSync(body, { level: 9 });
        if (gzip.length < body.length) this.emitFile({ type: 'asset', fileName: `${fileName}.gz`, source: gzip });
      }
    },
  },
};

/** "use client" in a package is meant for servers that render; here is none. */
function onLog(level, log, handler) {
  if (log.code !== 'MODULE_LEVEL_DIRECTIVE') handler(level, log);
}

/** Paths are relative, so that the page also works where a proxy serves it below a folder. `npx vite apps/web` serves it for working on it. */
export default {
  base: './',
  build: {
    outDir: '../../dist/apps/web',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // Minified; what counts is the size of what is sent, which test/web holds.
    chunkSizeWarningLimit: 1_000,
    rolldownOptions: { onLog },
  },
  server: { proxy: { '/api': 'http://127.0.0.1:4280' } },
  plugins: [packed],
};
