import fc from 'fast-check';
import { readEvents, type ServerEvent } from './event-stream.js';

const TEXT =
  'retry: 1000\n\n: ping\nid: 3\n\nid: 4\nevent: record\ndata: {"message":"서버: 줄"}\n\nevent: gap\ndata: {"reason":"x"}\n\nid: half';
const EVENTS: ServerEvent[] = [
  { name: '', id: '', data: '' },
  { name: '', id: '3', data: '' },
  { name: 'record', id: '4', data: '{"message":"서버: 줄"}' },
  { name: 'gap', id: '', data: '{"reason":"x"}' },
];

async function read(parts: readonly Uint8Array[]): Promise<ServerEvent[]> {
  const events: ServerEvent[] = [];
  const source = (async function* () {
    yield* parts;
  })();
  for await (const event of readEvents(source)) events.push(event);
  return events;
}

describe('events of a tail', () => {
  it('are read wherever the bytes are cut, the half one at the end left out', async () => {
    const bytes = Buffer.from(TEXT);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 8 }), async (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        expect(await read(places.slice(1).map((end, at) => bytes.subarray(places[at], end)))).toEqual(EVENTS);
      }),
    );
  });

  it('that have no end are refused', async () => {
    await expect(read([Buffer.alloc(5 << 20, 'x')])).rejects.toThrow('this is no tail of Logweir');
  });
});
