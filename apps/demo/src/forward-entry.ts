import { createHash } from 'node:crypto';
import { encodeMessagePack, EventTime } from '#libs/protocols/forward';
import type { Line, Service } from './line.js';

const PROJECT = 'shop';

interface Container {
  readonly id: string;
  readonly name: string;
}

function containerOf(service: Service): Container {
  const name = `${PROJECT}-${service}-1`;
  return { id: createHash('sha256').update(name).digest('hex'), name };
}

/**
 * A chunk of one container's lines as a PackedForward message with Docker's fields (`daemon/logger/fluentd/fluentd.go`), the
 * label that compose sets among them: `[tag, entries, {chunk}]`.
 */
export function encodeChunk(service: Service, lines: readonly Line[], chunk: string): Buffer {
  const { id, name } = containerOf(service);
  const entries = lines.map(({ atMs, stream, text }) => {
    const seconds = Math.floor(atMs / 1_000);
    const time = new EventTime(seconds, Math.min(999_999_999, Math.floor((atMs - seconds * 1_000) * 1_000_000)));
    const fields = { container_id: id, container_name: `/${name}`, source: stream, 'com.docker.compose.service': service, log: text };
    return encodeMessagePack([time, fields]);
  });
  return encodeMessagePack([name, Buffer.concat(entries), { chunk }]);
}
