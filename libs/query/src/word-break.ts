/**
 * Which part a character plays in UAX #29 word boundaries, as Lucene's StandardTokenizer sees it (Unicode 12.1).
 * Checked code point by code point against a real node's `_analyze` (`test/vectors/query/tokens.json`).
 */
export const OTHER = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const KATAKANA = 3;
/** `_` and its kin: join what stands on both sides. */
export const CONNECTOR = 4;
/** `:`: joins letters. */
export const MID_LETTER = 5;
/** `,` `;`: join digits. */
export const MID_NUMBER = 6;
/** `.` `'`: join letters, and digits. */
export const MID_BOTH = 7;
/** Combining marks and format characters: belong to the character before. */
export const EXTEND = 8;
/** Han and Hiragana: each is a word. */
export const IDEOGRAPH = 9;
/** Thai, Lao, Khmer, Myanmar: written without spaces; a run is one token. */
export const SOUTH_EAST_ASIAN = 10;
export const HEBREW = 11;
export const EMOJI = 12;
export const FLAG_LETTER = 13;

const UNKNOWN = 255;

/** `Extended_Pictographic` as of Unicode 12; later versions took many signs out of it. */
const PICTOGRAPH =
  /[\p{Extended_Pictographic}\u2388\u2600-\u2605\u2607-\u2612\u2614-\u2685\u2690-\u2705\u2708-\u2712\u2765-\u2767\u{1F000}-\u{1F0FF}\u{1F10D}-\u{1F10F}\u{1F12F}\u{1F16C}-\u{1F171}\u{1F1AD}-\u{1F1E5}\u{1F201}-\u{1F20F}\u{1F23C}-\u{1F23F}\u{1F249}-\u{1F3FA}\u{1F400}-\u{1F53D}\u{1F546}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F774}-\u{1F77F}\u{1F7D5}-\u{1F7FF}\u{1F8AE}-\u{1F8FF}\u{1F90C}-\u{1F93A}\u{1F93C}-\u{1F945}\u{1F947}-\u{1FAFF}]/u;

const RULES: readonly (readonly [pattern: RegExp, kind: number])[] = [
  [/[\u{1F1E6}-\u{1F1FF}]/u, FLAG_LETTER],
  [/[\p{Grapheme_Extend}\p{Mc}\p{Emoji_Modifier}\u200d]/u, EXTEND],
  [/[\u200b]/u, OTHER],
  [/\p{Cf}/u, EXTEND],
  [/[.'\u2018\u2019\u2024\ufe52\uff07\uff0e]/u, MID_BOTH],
  [/[:\u00b7\u0387\u05f4\u2027\ufe13\ufe55\uff1a]/u, MID_LETTER],
  [/[,;\u037e\u0589\u060c\u060d\u066c\u07f8\u2044\ufe10\ufe14\ufe50\ufe54\uff0c\uff1b]/u, MID_NUMBER],
  [/[\p{Pc}\u202f]/u, CONNECTOR],
  [/[\u3005\u303b]/u, LETTER],
  [/\u3006/u, OTHER],
  [/[\p{Script=Katakana}\u3031-\u3035\u309b\u309c\u30a0\u30fc\uff70]/u, KATAKANA],
  [/[\p{Script=Han}\p{Script=Hiragana}]/u, IDEOGRAPH],
  [
    /(?=\p{Alphabetic})[\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tai_Le}\p{Script=New_Tai_Lue}\p{Script=Tai_Tham}\p{Script=Tai_Viet}]/u,
    SOUTH_EAST_ASIAN,
  ],
  [/(?=\p{L})\p{Script=Hebrew}/u, HEBREW],
  [/[\p{Nd}\u066b]/u, DIGIT],
  [/[\p{Alphabetic}\u02c2-\u02d7\u02de\u02df\u02ec-\u02ff\u055b\u055c\u055e\u05f3\ua720\ua721\ua789\ua78a]/u, LETTER],
  [PICTOGRAPH, EMOJI],
];

const known = new Uint8Array(0x10000).fill(UNKNOWN);

/** The kind of a code point. */
export function kindOf(codePoint: number): number {
  const kind = known[codePoint];
  if (kind !== undefined && kind !== UNKNOWN) return kind;
  const char = String.fromCodePoint(codePoint);
  const found = RULES.find(([pattern]) => pattern.test(char))?.[1] ?? OTHER;
  if (codePoint < known.length) known[codePoint] = found;
  return found;
}

const COMPLEX_MARK =
  /[\p{Emoji_Modifier}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tai_Tham}\p{Script=Tai_Viet}]/u;

/** A South-East Asian vowel sign or a skin tone: it belongs to the character before, and makes a token where there is none. */
export function isComplexMark(codePoint: number): boolean {
  return COMPLEX_MARK.test(String.fromCodePoint(codePoint));
}
