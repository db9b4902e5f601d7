import fc from 'fast-check';
import { copyOf, draftOfPattern, draftOfSearch, EMPTY, formatDraft, parseDraft } from './draft.js';

const PATTERN = { id: '005cec43d793', template: 'upstream <*> gave up after <*> s' };

describe('a rule that is proposed', () => {
  it('of a pattern is about its records in the current search', () => {
    expect(draftOfPattern(PATTERN, '', [])).toMatchObject({
      name: 'upstream-gave-up-after-s',
      where: 'log.pattern: 005cec43d793',
      count: { at_least: 1 },
    });
    expect(draftOfPattern(PATTERN, 'a or b', ['service.name:web', 'log.pattern:005cec43d793'])).toMatchObject({
      where: '(a or b) and service.name: web and log.pattern: 005cec43d793',
    });
  });

  it('of a pattern without words that a name can have is called by its id', () => {
    expect(draftOfPattern({ ...PATTERN, template: '연결 <*> 끊김' }, '', [])).toMatchObject({ name: 'pattern-005cec43d793' });
    const { name } = draftOfPattern({ ...PATTERN, template: 'word '.repeat(100) }, '', []);
    expect(name).toMatch(/^[a-z-]{1,59}[a-z]$/);
  });

  it('of a search is about what it finds', () => {
    expect(draftOfSearch('level:error', [])).toEqual({ ...EMPTY, where: 'level:error' });
    expect(draftOfSearch(' ', [])).toEqual(EMPTY);
  });

  it('comes back out of the address as it was', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((key) => key !== '__proto__'),
          fc.jsonValue(),
        ),
        (source) => {
          expect(parseDraft(formatDraft(source))).toEqual(JSON.parse(JSON.stringify({ name: '', ...source })));
        },
      ),
    );
  });

  it.each(['', '{', '[]', 'null', '"x"'])('that cannot be read (%s) is as none', (text) => {
    expect(parseDraft(text)).toEqual(EMPTY);
  });

  it('as a copy has all but the name', () => {
    expect(copyOf({ name: 'x', level: 'error' })).toEqual({ name: '', level: 'error' });
  });
});
