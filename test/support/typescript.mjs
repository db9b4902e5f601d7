/**
 * `node --import ./test/support/typescript.mjs file.ts`: runs TypeScript sources without a build. Jest is started with it because a
 * worker thread inherits it, and Jest transforms only what it loads itself.
 */
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
