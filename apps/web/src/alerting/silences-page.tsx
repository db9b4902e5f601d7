import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import { Loaded } from '../loaded.js';
import { messages } from '../messages/messages.js';
import { Time } from '../time.js';
import { useChange } from '../use-change.js';
import { matcherText, type Silence } from './answers.js';

const { silences: texts } = messages;

/** Who asked for silence, about what, until when; those that ended come last. */
export function SilencesPage() {
  const query = useQuery({
    queryKey: ['silences'],
    queryFn: ({ signal }) => ask<{ items: readonly Silence[] }>('silences', {}, signal),
    staleTime: 0,
  });
  const act = useChange('silences', 'alerts');
  return (
    <main className="text-page">
      <h2>{texts.title}</h2>
      {act.error !== null && <p className="warning">{act.error.message}</p>}
      <Loaded query={query} none={{ text: texts.none, when: ({ items }) => items.length === 0 }}>
        {({ items }) => (
          <ul className="cards">
            {items
              .toSorted((a, b) => Number(a.status.state === 'expired') - Number(b.status.state === 'expired'))
              .map((silence) => (
                <li key={silence.id} className={`card ${silence.status.state}`}>
                  <h3>{silence.comment || silence.id}</h3>
                  <ul className="labels">
                    {silence.matchers.map((matcher) => (
                      <li key={matcher.name}>
                        <code>{matcherText(matcher)}</code>
                      </li>
                    ))}
                  </ul>
                  <p className="dim">
                    {texts[silence.status.state]} · {silence.createdBy} · <Time at={silence.startsAt} /> – <Time at={silence.endsAt} />
                  </p>
                  {silence.status.state !== 'expired' && (
                    <button
                      type="button"
                      onClick={() => act.mutate({ method: 'DELETE', path: `silences/${encodeURIComponent(silence.id)}` })}
                    >
                      {texts.expire}
                    </button>
                  )}
                </li>
              ))}
          </ul>
        )}
      </Loaded>
    </main>
  );
}
