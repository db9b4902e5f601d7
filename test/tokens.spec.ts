import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { tokenise, wordsOf } from '#libs/query';

const { vectors } = JSON.parse(readFileSync('test/vectors/query/tokens.json', 'utf8')) as {
  vectors: readonly { text: string; tokens: readonly string[] }[];
};

it.each(vectors)('cuts $text as a real node does', ({ text, tokens }) => {
  expect(tokenise(text)).toEqual(tokens);
});

it('writes the words with one space around each', () => {
  expect(wordsOf('Connection REFUSED (foo.bar)')).toBe(' connection refused foo.bar ');
  expect(wordsOf('---')).toBe(' ');
});

it('cuts what it has cut into the same tokens', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (text) => {
      const tokens = tokenise(text);
      expect(tokenise(tokens.join('\n'))).toEqual(tokens);
    }),
  );
});

const node = process.env['ELASTICSEARCH_URL'];

async function analysed(text: string): Promise<string[]> {
  const response = await fetch(`${node}/_analyze`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ analyzer: 'standard', text }),
  });
  const { tokens } = (await response.json()) as { tokens: { token: string }[] };
  return tokens.map(({ token }) => token);
}

const describeWithNode = node === undefined && process.env['LOGWEIR_REQUIRE_SERVERS'] !== '1' ? describe.skip : describe;

describeWithNode('against a live node (set ELASTICSEARCH_URL)', () => {
  it('agrees on the vectors', async () => {
    for (const { text, tokens } of vectors) expect({ text, tokens: await analysed(text) }).toEqual({ text, tokens });
  });

  it('agrees on any text of signs that logs hold', async () => {
    const sign = fc.constantFrom(
      ...`aZ09_.':,;-/@ #"()`,
      '서',
      '日',
      'の',
      'カ',
      'ส',
      'é',
      '\u0301',
      '👍',
      '\u200d',
      'Я',
      'ß',
      '한글',
      '1.5',
      'x.y',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(sign, { maxLength: 25 }), async (signs) => {
        expect(tokenise(signs.join(''))).toEqual(await analysed(signs.join('')));
      }),
      { numRuns: 400 },
    );
  });
});
