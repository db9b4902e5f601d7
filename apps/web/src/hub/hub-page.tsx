import { useQuery } from '@tanstack/react-query';
import { useEffect, useState, type ReactNode } from 'react';
import { ask } from '../api/client.js';
import { Loaded } from '../loaded.js';
import { figure, messages } from '../messages/messages.js';
import { DeadLetters } from './dead-letters.js';
import { bytesText, type Counters, rateOf, withSample, type Sample } from './rates.js';

const { hub: texts } = messages;
const EVERY_MS = 2_000;

interface Status {
  readonly node: string;
  readonly version: string;
  readonly uptime_seconds: number;
  readonly ready: boolean;
  readonly conditions: readonly { readonly name: string; readonly ok: boolean; readonly reason: string }[];
  /** Absent where this process does not ingest. */
  readonly records?: Counters;
  readonly journal?: { readonly bytes: number; readonly max_bytes: number; readonly records: number };
  readonly lag?: { readonly drain_bytes: number; readonly detect_bytes?: number };
}

/** How the process is that serves this page. */
export function HubPage() {
  const query = useQuery({
    queryKey: ['status'],
    queryFn: ({ signal }) => ask<Status>('status', {}, signal),
    refetchInterval: EVERY_MS,
  });
  const samples = useSamples(query.data?.records, query.dataUpdatedAt);
  return (
    <main className="text-page">
      <h2>{texts.title}</h2>
      <Loaded query={query}>
        {(status) => (
          <>
            <p className="dim">
              {status.node} · {status.version} · {texts.up(duration(status.uptime_seconds))}
            </p>
            <Conditions status={status} />
            {status.records === undefined ? <p className="dim">{texts.elsewhere}</p> : <Figures status={status} samples={samples} />}
          </>
        )}
      </Loaded>
      <DeadLetters />
    </main>
  );
}

function useSamples(records: Counters | undefined, atMs: number): readonly Sample[] {
  const [samples, setSamples] = useState<readonly Sample[]>([]);
  useEffect(() => {
    if (records !== undefined) setSamples((before) => withSample(before, { atMs, records }));
  }, [records, atMs]);
  return samples;
}

function Conditions({ status: { conditions } }: { status: Status }) {
  return (
    <ul className="conditions">
      {conditions.map(({ name, ok, reason }) => (
        <li key={name} className={ok ? 'ok' : 'wrong'}>
          <strong>{ok ? '✓' : '✕'}</strong> {name} {!ok && reason}
        </li>
      ))}
    </ul>
  );
}

function Figures({ status, samples }: { status: Status; samples: readonly Sample[] }) {
  const { records, journal } = status;
  return (
    <dl className="figures">
      <Figure name={texts.in}>{rateText(rateOf(samples, 'received'))}</Figure>
      <Figure name={texts.out}>{rateText(rateOf(samples, 'stored'))}</Figure>
      {records !== undefined &&
        countsOf(records).map(([name, count]) => (
          <Figure key={name} name={name}>
            {figure(count)}
          </Figure>
        ))}
      {journal !== undefined && (
        <Figure name={texts.journal}>
          {bytesText(journal.bytes)} / {bytesText(journal.max_bytes)}{' '}
          <meter min={0} max={journal.max_bytes} high={journal.max_bytes * 0.8} value={journal.bytes} aria-label={texts.journal} />
        </Figure>
      )}
      {lagsOf(status).map(([name, bytes]) => (
        <Figure key={name} name={name}>
          {bytesText(bytes)}
        </Figure>
      ))}
    </dl>
  );
}

function countsOf({ received, stored, duplicate, dead_lettered, dropped }: Counters): (readonly [string, number])[] {
  return [
    [texts.received, received],
    [texts.stored, stored],
    [texts.duplicate, duplicate],
    [texts.deadLettered, dead_lettered],
    ...Object.entries(dropped).flatMap(([reason, count]) => (count > 0 ? [[texts.dropped(reason), count] as const] : [])),
  ];
}

function lagsOf({ lag }: Status): (readonly [string, number])[] {
  if (lag === undefined) return [];
  const { drain_bytes, detect_bytes } = lag;
  return [[texts.drainLag, drain_bytes], ...(detect_bytes === undefined ? [] : [[texts.detectLag, detect_bytes] as const])];
}

function Figure({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function rateText(rate: number | undefined): string {
  return rate === undefined ? '…' : texts.perSecond(figure(Math.round(rate)));
}

function duration(seconds: number): string {
  const hours = Math.floor(seconds / 3_600);
  if (hours >= 48) return `${Math.floor(hours / 24)} d`;
  return hours > 0 ? `${hours} h` : `${Math.floor(seconds / 60)} min`;
}
