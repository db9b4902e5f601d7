/** What a character can be in a token. Everything else stands between tokens. */
export const WORD = 1;
export const DIGIT = 2;
/** Continues a token when more of it follows: `10.0.0.9`, `worker-3`, `a@b`. */
export const JOINT = 4;
/** A letter that is no hexadecimal digit. */
export const BEYOND_HEX = 8;
/** Ends a path or a URL. */
export const STOP = 16;

export const SPACE = 32;
export const NEWLINE = 10;
export const COLON = 58;
export const AT = 64;
export const SLASH = 47;
export const DASH = 45;
export const PLUS = 43;
export const EQUALS = 61;
export const BACKSLASH = 92;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const BACKTICK = 96;
export const OPEN_BRACKET = 91;
export const CLOSE_BRACKET = 93;
export const COMMA = 44;
export const SEMICOLON = 59;
export const OPEN_BRACE = 123;

const ASCII = new Uint8Array(128);
for (let code = 0; code < 128; code += 1) {
  const character = String.fromCharCode(code);
  if (/[0-9]/.test(character)) ASCII[code] = WORD | DIGIT;
  else if (/[a-f]/i.test(character)) ASCII[code] = WORD;
  else if (/[a-z_]/i.test(character)) ASCII[code] = WORD | BEYOND_HEX;
  else if ('.-/@%#$\\~&+:'.includes(character)) ASCII[code] = JOINT;
  if (code <= SPACE || '"\'`()[]{}<>,;|'.includes(character)) ASCII[code] = STOP;
}

/** Letters of any script are letters. */
export function classOf(code: number): number {
  return code < 128 ? (ASCII[code] as number) : WORD | BEYOND_HEX;
}

const SHAPES = Uint8Array.from({ length: 128 }, (_, code) => (((ASCII[code] as number) & DIGIT) !== 0 ? 48 : code));

/** The same for all digits. */
export function shapeOf(code: number): number {
  return code < 128 ? (SHAPES[code] as number) : code;
}
