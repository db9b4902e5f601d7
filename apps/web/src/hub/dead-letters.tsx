import { useQuery } from '@tanstack/react-query';
import { ask } from '../api/client.js';
import { Loaded } from '../loaded.js';
import { messages } from '../messages/messages.js';
import { JsonTree } from '../search/json-tree.js';
import { Time } from '../time.js';
import { useChange } from '../use-change.js';

const { deadLetters: texts } = messages;

interface DeadLetter {
  readonly id: string;
  readonly at: string;
  readonly type: string;
  readonly reason: string;
  readonly record: Readonly<Record<string, unknown>>;
}

/** Records that the store refused, with why; each can be sent again. */
export function DeadLetters() {
  const query = useQuery({
    queryKey: ['dead-letters'],
    queryFn: ({ signal }) => ask<{ items: readonly DeadLetter[]; next?: string }>('dead-letters', {}, signal),
    staleTime: 0,
  });
  const act = useChange('dead-letters', 'status');
  return (
    <section>
      <h3>{texts.title}</h3>
      {act.error !== null && <p className="warning">{act.error.message}</p>}
      <Loaded query={query} none={{ text: texts.none, when: ({ items }) => items.length === 0 }}>
        {({ items, next }) => (
          <>
            <button type="button" disabled={act.isPending} onClick={() => act.mutate({ method: 'POST', path: 'dead-letters/replay' })}>
              {texts.replayAll}
            </button>
            <ul className="cards">
              {items.map(({ id, at, type, reason, record }) => (
                <li key={id} className="card">
                  <p>
                    <Time at={at} /> · <strong>{type}</strong>
                  </p>
                  <p>{reason}</p>
                  <details>
                    <summary>{texts.record}</summary>
                    <JsonTree name="" value={record} />
                  </details>
                  <button
                    type="button"
                    disabled={act.isPending}
                    onClick={() => act.mutate({ method: 'POST', path: `dead-letters/${encodeURIComponent(id)}/replay` })}
                  >
                    {texts.replay}
                  </button>
                </li>
              ))}
            </ul>
            {next !== undefined && <p className="dim">{texts.more}</p>}
          </>
        )}
      </Loaded>
    </section>
  );
}
