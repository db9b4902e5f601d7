/**
 * Words that mean the same wherever they stand: levels may come before the thread's name, names of months and days are
 * parts of a time. Known by a number made of their letters, so that nothing is allocated to look one up.
 */

const LONGEST = 8;

const LEVELS = 'trace debug info notice warn warning error err severe fatal critical crit alert emerg panic note log';
const DATES = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec Mon Tue Wed Thu Fri Sat Sun';

/** Below 2^31, and different for all words of the lists; a stranger that shares a number with one is very unlikely, and only costs a mask. */
function numberOf(units: Uint16Array, from: number, to: number): number {
  let number = to - from;
  for (let at = from; at < to; at += 1) number = (Math.imul(number, 0x01000193) + (units[at] as number)) & 0x3fffffff;
  return number;
}

function numbersOf(words: readonly string[]): ReadonlySet<number> {
  return new Set(
    words.map((word) =>
      numberOf(
        Uint16Array.from(word, (letter) => letter.charCodeAt(0)),
        0,
        word.length,
      ),
    ),
  );
}

const levels = numbersOf(LEVELS.split(' ').flatMap((word) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]));
const dates = numbersOf(DATES.split(' '));

export function isLevel(units: Uint16Array, from: number, to: number): boolean {
  return to - from <= LONGEST && levels.has(numberOf(units, from, to));
}

/** `Nov`, `Sat` */
export function isDate(units: Uint16Array, from: number, to: number): boolean {
  return to - from === 3 && (units[from] as number) < 91 && dates.has(numberOf(units, from, to));
}
