import { readFileSync } from 'node:fs';
import { describeSettings } from './show.js';

describe('docs/configuration.md', () => {
  it('tells the settings as they are (after a change: npm run docs)', () => {
    expect(readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8')).toBe(describeSettings());
  });
});
