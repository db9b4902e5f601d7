import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { Loaded } from '../loaded.js';
import { messages } from '../messages/messages.js';
import { Time } from '../time.js';
import { useChange } from '../use-change.js';
import type { Alert } from './answers.js';
import { Labels } from './labels.js';

const { alerts: texts } = messages;
const EVERY_MS = 5_000;
const SILENCE_MS = 2 * 3_600_000;

/** What is firing now, and what somebody can do about it. */
export function AlertsPage() {
  const query = useQuery({
    queryKey: ['alerts'],
    queryFn: ({ signal }) => ask<{ items: readonly Alert[]; total: number }>('alerts', {}, signal),
    refetchInterval: EVERY_MS,
  });
  const [who, setWho] = useState('');
  const act = useChange('alerts', 'silences');
  return (
    <main className="text-page">
      <h2>{texts.title}</h2>
      <label className="who">
        {texts.who}
        <input value={who} maxLength={256} onChange={(event) => setWho(event.target.value)} autoComplete="username" />
      </label>
      {act.error !== null && <p className="warning">{act.error.message}</p>}
      <Loaded query={query} none={{ text: texts.none, when: ({ items }) => items.length === 0 }}>
        {({ items }) => (
          <ul className="cards">
            {items.map((alert) => (
              <AlertCard key={alert.fingerprint} alert={alert} who={who.trim()} act={act.mutate} />
            ))}
          </ul>
        )}
      </Loaded>
    </main>
  );
}

interface AlertCardProps {
  readonly alert: Alert;
  readonly who: string;
  readonly act: ReturnType<typeof useChange>['mutate'];
}

function AlertCard({ alert, who, act }: AlertCardProps) {
  const { fingerprint, labels, annotations, startsAt, status, acknowledged } = alert;
  const path = `alerts/${fingerprint}/acknowledge`;
  return (
    <li className={`card ${status.state}`}>
      <h3>{labels['alertname'] ?? fingerprint}</h3>
      <p>{annotations['summary'] ?? annotations['description']}</p>
      <Labels labels={labels} />
      <p className="dim">
        {texts[status.state]} · {texts.since} <Time at={startsAt} />
        {acknowledged !== undefined && ` · ${texts.acknowledgedBy(acknowledged.by)}`}
      </p>
      <div className="actions">
        {acknowledged === undefined ? (
          <button type="button" disabled={who === ''} onClick={() => act({ method: 'POST', path, body: { by: who } })}>
            {texts.acknowledge}
          </button>
        ) : (
          <button type="button" onClick={() => act({ method: 'DELETE', path })}>
            {texts.unacknowledge}
          </button>
        )}
        <button type="button" disabled={who === ''} onClick={() => act({ method: 'POST', path: 'silences', body: silenceFor(alert, who) })}>
          {texts.silence}
        </button>
      </div>
    </li>
  );
}

/** Exactly this alert, by all of its labels. */
function silenceFor({ labels }: Alert, who: string) {
  const now = Date.now();
  return {
    matchers: Object.entries(labels).map(([name, value]) => ({ name, value, isRegex: false, isEqual: true })),
    startsAt: new Date(now).toISOString(),
    endsAt: new Date(now + SILENCE_MS).toISOString(),
    createdBy: who,
    comment: texts.silenceComment,
  };
}
