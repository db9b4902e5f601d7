import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareFolder } from './folder.js';

/** The last step of `npm run build`: takes 2.5 s, so only where there is no folder of the PGlite that is installed. */
const template = fileURLToPath(new URL('./template', import.meta.url));
const installed = fileURLToPath(new URL('../package.json', import.meta.resolve('@electric-sql/pglite')));
const { version } = JSON.parse(await readFile(installed, 'utf8')) as { version: string };

if ((await readFile(`${template}.version`, 'utf8').catch(() => '')) !== version) {
  await rm(template, { recursive: true, force: true });
  await prepareFolder(template);
  await writeFile(`${template}.version`, version);
}
