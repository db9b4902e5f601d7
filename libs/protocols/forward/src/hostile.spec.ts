import { gzipSync } from 'node:zlib';
import { encodeMessagePack, ForwardDecoder, ForwardError, type Frame } from './index.js';

function chunkOf(frames: readonly Frame[]): Extract<Frame, { kind: 'chunk' }> {
  const frame = frames[0];
  if (frame?.kind !== 'chunk') throw new Error(`a chunk was expected, not ${frame?.kind}`);
  return frame;
}

const entry = (log: string): Buffer => encodeMessagePack([1_700_000_000, { log }]);

describe('limits', () => {
  it('refuses a frame beyond the limit as soon as its length is known', () => {
    const decoder = new ForwardDecoder({ maxFrameBytes: 1000 });
    const frames = decoder.push(encodeMessagePack(['t', Buffer.alloc(2000)]).subarray(0, 6));
    expect(frames).toMatchObject([{ kind: 'broken', error: { code: 'frame_too_large', fatal: true } }]);
  });

  it('refuses a frame of many small values that never ends', () => {
    const decoder = new ForwardDecoder({ maxFrameBytes: 1000 });
    const frames = [decoder.push(Buffer.from('dd000003e0', 'hex'))];
    for (let index = 0; index < 200 && frames.at(-1)?.length === 0; index += 1)
      frames.push(decoder.push(Buffer.from('92a0a0a0a0a0', 'hex')));
    expect(frames.at(-1)).toMatchObject([{ kind: 'broken', error: { code: 'frame_too_large' } }]);
  });

  it('ignores everything after broken framing', () => {
    const decoder = new ForwardDecoder();
    expect(decoder.push(Buffer.of(0xc1))).toHaveLength(1);
    expect(decoder.push(encodeMessagePack(['t', 1, {}]))).toEqual([]);
    expect(decoder.pendingBytes).toBe(0);
  });

  it.each(['gzip', 'zstd'])('stops a %s bomb at the limit', async (kind) => {
    const payload = kind === 'gzip' ? gzipSync(Buffer.alloc(8 * 1024 * 1024)) : zstdZeros(8 * 1024 * 1024);
    const bytes = encodeMessagePack(['t', payload]);
    const open = (): Extract<Frame, { kind: 'chunk' }> => chunkOf(new ForwardDecoder({ maxInflatedBytes: 1024 * 1024 }).push(bytes));
    expect(() => open().entries.next(1)).toThrow(ForwardError);
    await expect(open().entries.inflate()).rejects.toMatchObject({ code: 'inflated_too_large' });
  });

  it('cuts strings at the limit and counts them', () => {
    const counts: string[] = [];
    const decoder = new ForwardDecoder({ maxStringBytes: 10, count: (reason) => counts.push(reason) });
    const frames = decoder.push(encodeMessagePack(['t', 1, { log: 'x'.repeat(100) }]));
    expect(frames).toMatchObject([{ kind: 'events', events: [{ text: 'x'.repeat(10) }] }]);
    expect(counts).toEqual(['string_cut']);
  });

  it('reads 100 000 levels of maps in keys and in values without a deeper stack', () => {
    for (const level of ['81', '91', '8101']) {
      const deep = Buffer.from(level.repeat(100_000) + '01', 'hex');
      const value = level === '81' ? Buffer.concat([deep, Buffer.alloc(100_000, 1)]) : deep;
      const frames = new ForwardDecoder().push(Buffer.concat([Buffer.from('93a17401', 'hex'), Buffer.from('81a176', 'hex'), value]));
      expect(frames.map((frame) => frame.kind)).toEqual(['events']);
    }
  });

  it('takes time in proportion to the size of a frame that comes in small pieces', () => {
    const bytes = encodeMessagePack(['t', Array.from({ length: 40_000 }, (_, index) => [index + 1, { log: `line ${index}` }])]);
    const decoder = new ForwardDecoder();
    const frames: Frame[] = [];
    const started = performance.now();
    for (let at = 0; at < bytes.length; at += 100) frames.push(...decoder.push(bytes.subarray(at, at + 100)));
    expect(chunkOf(frames).entries.next(50_000)).toHaveLength(40_000);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe('large payloads', () => {
  it('inflate aside and are read in slices', async () => {
    const entries = Array.from({ length: 20_000 }, (_, index) => entry(`line ${index} ${Math.sin(index)}`));
    const chunk = chunkOf(new ForwardDecoder().push(encodeMessagePack(['t', gzipSync(Buffer.concat(entries)), { compressed: 'gzip' }])));
    await chunk.entries.inflate();
    let total = 0;
    for (let slice = chunk.entries.next(1000); slice.length > 0; slice = chunk.entries.next(1000)) {
      expect(slice.length).toBeLessThanOrEqual(1000);
      total += slice.length;
    }
    expect(total).toBe(20_000);
    expect(chunk.entries.malformed).toBe(0);
  });
});

/** A zstd frame of RLE blocks: one byte said 128 Ki times, again and again. */
function zstdZeros(size: number): Buffer {
  const blocks = Math.ceil(size / 131_072);
  const parts = [Buffer.from('28b52ffd0038', 'hex')];
  for (let block = 1; block <= blocks; block += 1) {
    const header = Buffer.alloc(4);
    header.writeUIntLE((131_072 << 3) | (1 << 1) | Number(block === blocks), 0, 3);
    parts.push(header);
  }
  return Buffer.concat(parts);
}
