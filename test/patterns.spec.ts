import { readFileSync } from 'node:fs';
import { accuracyTable, measure, sumOf } from './support/grouping-accuracy.js';

const PAGE = readFileSync(new URL('../docs/patterns.md', import.meta.url), 'utf8');

describe('patterns of the lines that are labelled by hand', () => {
  const rows = measure();

  it('group them as well as the page says', () => {
    expect(PAGE).toContain(accuracyTable(rows));
  });

  it('group at least four fifths of all, and every line whose variables have a mark', () => {
    const { lines, right } = sumOf(rows);
    expect(right / lines).toBeGreaterThan(0.8);
    const perfect = rows.filter((row) => row.right === row.lines).map(({ format }) => format);
    expect(perfect).toEqual(expect.arrayContaining(['logback', 'Spring Boot', 'Kafka', 'glog', 'access log', 'logfmt', 'stack traces']));
  });

  it('are wrong where the page says', () => {
    const wrong = rows.flatMap((row) => row.wrong.map((template) => `${row.format}: \`${template}\``));
    for (const each of wrong) expect(PAGE).toContain(each);
  });
});
