import { readFileSync } from 'node:fs';
import { describeCli } from './describe.js';

it('docs/cli.md is what the table says: npm run docs writes it', () => {
  expect(readFileSync('docs/cli.md', 'utf8')).toBe(describeCli());
});
