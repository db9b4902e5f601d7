import { readdirSync, readFileSync } from 'node:fs';
import type { Event } from '#libs/record';
import { ForwardDecoder, type Frame } from './index.js';
import { splits, summaries, type Summary } from '../../../../test/support/forward-frames.js';

interface Case {
  readonly name: string;
  readonly hex: string;
  readonly frames: readonly Summary[];
  readonly counts?: Readonly<Record<string, number>>;
}

const folder = new URL('../../../../test/vectors/forward/', import.meta.url);
const files = readdirSync(folder).map((file) => ({
  file,
  cases: (JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { cases: Case[] }).cases,
}));

function decode(pieces: readonly Buffer[]): { frames: Summary[]; counts: Record<string, number> } {
  const counts: Record<string, number> = {};
  const decoder = new ForwardDecoder({ count: (reason) => (counts[reason] = (counts[reason] ?? 0) + 1) });
  const frames: Frame[] = [];
  for (const piece of pieces) frames.push(...decoder.push(piece));
  return { frames: summaries(frames), counts };
}

describe.each(files)('$file', ({ cases }) => {
  it.each(cases)('$name', ({ hex, frames, counts = {} }) => {
    for (const pieces of splits(Buffer.from(hex, 'hex'))) {
      const decoded = decode(pieces);
      expect(decoded.frames.map(({ ...frame }, index) => pick(frame, frames[index]))).toEqual(frames);
      expect(decoded.counts).toEqual(counts);
    }
  });
});

/** Only what the vector names; events always. */
function pick(frame: Summary, expected: Summary | undefined): Summary {
  const names = Object.keys(expected ?? frame);
  return Object.fromEntries(Object.entries(frame).filter(([name]) => names.includes(name) || name === 'events')) as unknown as Summary;
}

describe('captures of a real Docker Engine', () => {
  const docker = new URL('../../../../test/vectors/docker/', import.meta.url);
  const captures: [string, number][] = [
    ['fluentd-default.bin', 12],
    ['fluentd-async.bin', 12],
    ['fluentd-request-ack.bin', 12],
    ['fluentd-subsecond-tag-labels-env.bin', 12],
    ['fluentd-partial-40k.bin', 5],
    ['fluentd-partial-interleaved.bin', 8],
  ];

  it.each(captures)('%s gives %i events over any split', (file, count) => {
    const bytes = readFileSync(new URL(file, docker));
    const whole = events(decode([bytes]).frames);
    expect(whole).toHaveLength(count);
    for (const pieces of splits(bytes)) expect(events(decode(pieces).frames)).toEqual(whole);
  });

  it('keeps text, times and extra fields', () => {
    const found = events(decode([readFileSync(new URL('fluentd-subsecond-tag-labels-env.bin', docker))]).frames);
    expect(found[0]).toMatchObject({ tag: 'docker.local/busybox.web-2', seconds: 1795205385, nanos: 939942744, text: 'plain line one' });
    expect(found[0]?.fields).toMatchObject({
      APP_ENV: 'prod',
      'com.acme.team': 'core',
      app: 'web',
      container_name: '/web-2',
      source: 'stdout',
    });
    expect(found.some((event) => /\p{Script=Hangul}/u.test(event.text ?? ''))).toBe(true);
  });

  it('gives every acknowledged message its own chunk', () => {
    const { frames } = decode([readFileSync(new URL('fluentd-request-ack.bin', docker))]);
    expect(frames.every((frame) => frame.kind === 'chunk' && frame.id?.length === 24)).toBe(true);
  });
});

function events(frames: readonly Summary[]): Event[] {
  return frames.flatMap((frame) => frame.events ?? []);
}
