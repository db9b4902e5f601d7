import { rowsFor, textsOf } from './texts.js';
import { LIST, NUMBER, TEXT, textFor } from './typed.js';

describe('what is typed', () => {
  it.each([
    [TEXT, '5m', '5m'],
    [TEXT, '', undefined],
    [NUMBER, ' 10 ', 10],
    [NUMBER, '-0.5', -0.5],
    [NUMBER, '5/s', '5/s'],
    [NUMBER, '  ', undefined],
    [LIST, 'service, host.name,', ['service', 'host.name']],
    [LIST, ' , ', undefined],
  ])('stands for a value: %#', (typed, text, value) => {
    expect(typed.parse(text)).toEqual(value);
  });

  it('stays as it is typed as long as it stands for the value', () => {
    expect(textFor(LIST, 'service, ', ['service'])).toBe('service, ');
    expect(textFor(LIST, 'service, ', ['host'])).toBe('host');
    expect(textFor(NUMBER, '1.0', 1)).toBe('1.0');
    expect(textFor(NUMBER, '', undefined)).toBe('');
    expect(textFor(LIST, '', 'one')).toBe('one');
  });

  it('shows what cannot be typed as JSON, so that nothing is hidden', () => {
    expect(TEXT.format({ a: 1 })).toBe('{"a":1}');
  });

  it('as a name without a text, or a text without a name, stays while it is typed', () => {
    const typed = [
      ['team', 'shop'],
      ['', 'not yet'],
    ] as const;
    expect(textsOf(typed)).toEqual({ team: 'shop' });
    expect(rowsFor(typed, { team: 'shop' })).toBe(typed);
    expect(rowsFor(typed, { team: 'cart' })).toEqual([['team', 'cart']]);
    expect(textsOf([['', 'x']])).toBeUndefined();
  });
});
