import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Refusal } from '#libs/access';

/** gzip of log lines is seldom below a twentieth; beyond this it is a bomb. */
const MAX_INFLATION = 20;

export class BodyRefused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

function tooLarge(limit: number, what: string): BodyRefused {
  const message = `the ${what} is over ${limit} bytes: send smaller batches, or raise LOGWEIR_INTAKE_MAX_BODY`;
  return new BodyRefused({ status: 413, code: 'body_too_large', message });
}

async function gather(stream: Readable, limit: number, what: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  // What is left is not ours to end: the refusal is to reach a client that is still writing.
  for await (const piece of stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit, what);
    pieces.push(piece);
  }
  return pieces.length === 1 && pieces[0] ? pieces[0] : Buffer.concat(pieces, size);
}

function inflated(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const limit = maxBytes * MAX_INFLATION;
  const gunzip = createGunzip();
  let wire = 0;
  request.on('data', (piece: Buffer) => {
    wire += piece.length;
    if (wire > maxBytes) gunzip.destroy(tooLarge(maxBytes, 'body'));
  });
  request.on('error', (error) => gunzip.destroy(error));
  request.pipe(gunzip);
  return gather(gunzip, limit, 'inflated body');
}

/** The body of a request, inflated. Never holds more than the limits; throws `BodyRefused` with the answer to give. */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes, 'body');
  const encoding = (request.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return gather(request, maxBytes, 'body');
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new BodyRefused({
      status: 415,
      code: 'unsupported_encoding',
      message: `content-encoding ${encoding} is not read here: use gzip or none`,
    });
  }
  try {
    return await inflated(request, maxBytes);
  } catch (error) {
    if (error instanceof BodyRefused) throw error;
    throw new BodyRefused({ status: 400, code: 'broken_gzip', message: `the body is not whole gzip: ${(error as Error).message}` });
  }
}
