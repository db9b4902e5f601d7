import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { prepareFolder } from './folder.js';

/** The last step of `npm run build`. */
const template = fileURLToPath(new URL('./template', import.meta.url));
await rm(template, { recursive: true, force: true });
await prepareFolder(template);
