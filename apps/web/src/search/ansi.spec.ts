import fc from 'fast-check';
import { parseAnsi } from './ansi.js';

const ESC = '\x1b';
const read = (line: string): string[] => parseAnsi(line).map(({ text, classes }) => `${classes.join('.')}|${text}`);

describe('colours of a terminal', () => {
  it.each([
    ['plain', ['|plain']],
    [`${ESC}[31mred${ESC}[0m plain`, ['red|red', '| plain']],
    [`${ESC}[31mred${ESC}[m plain`, ['red|red', '| plain']],
    [`${ESC}[1;93mwarn${ESC}[22mno longer bold`, ['bold.bright-yellow|warn', 'bright-yellow|no longer bold']],
    [`${ESC}[4;41mon${ESC}[24;49moff`, ['underline.on-red|on', '|off']],
    [`${ESC}[38;5;9mnamed${ESC}[38;5;21mcube${ESC}[38;5;245mgrey`, ['bright-red|named', 'bright-blue|cube', 'white|grey']],
    [`${ESC}[38;2;200;30;30mmixed${ESC}[39mdefault`, ['bright-red|mixed', '|default']],
    [`${ESC}[48;2;0;0;200mon blue`, ['on-bright-blue|on blue']],
    [`${ESC}[38:5:2mwith colons`, ['green|with colons']],
    [`a${ESC}[2Kb${ESC}]0;title\x07c${ESC}Md`, ['|a', '|b', '|c', '|d']],
    [`${ESC}[999mstrange${ESC}[38m`, ['|strange']],
  ])('%j', (line, expected) => expect(read(line)).toEqual(expected));

  it('never loses or adds a character of the text', () => {
    const code = fc.array(fc.integer({ min: 0, max: 260 }), { maxLength: 6 }).map((codes) => `${ESC}[${codes.join(';')}m`);
    const text = fc.string().filter((part) => !part.includes(ESC));
    fc.assert(
      fc.property(fc.array(fc.tuple(code, text)), (parts) => {
        const pieces = parseAnsi(parts.flat().join(''));
        expect(pieces.map((piece) => piece.text).join('')).toBe(parts.map(([, part]) => part).join(''));
        for (const { classes } of pieces) for (const name of classes) expect(name).toMatch(/^[a-z-]+$/);
      }),
    );
  });
});
