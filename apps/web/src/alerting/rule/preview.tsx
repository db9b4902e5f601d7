import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Failure, send } from '../../api/client.js';
import { figure, messages } from '../../messages/messages.js';
import { TRIED, type Tried } from '../../state/page-state.js';
import { go } from '../../state/use-page-state.js';
import { Time } from '../../time.js';
import type { PreviewAnswer } from '../answers.js';
import { Labels } from '../labels.js';
import { Refused } from '../refused.js';
import type { Source } from './source.js';

const { ruleForm: texts, search } = messages;
/** Nobody types longer between two keys who is not done. */
const SETTLED_MS = 400;
/** A preview takes a core while it runs, and is asked for without being asked: what takes longer is cut, and says so. */
const TIMEOUT_MS = 10_000;
const SHOWN = 5;

/** What the rule would have told, asked anew whenever it has settled. A rule without a name yet can be tried all the same. */
export function usePreview(source: Source, tried: Tried) {
  const settled = useSettled(JSON.stringify(source['name'] === '' ? { ...source, name: 'preview' } : source));
  return useQuery({
    queryKey: ['preview', settled, tried],
    queryFn: async ({ signal }) => {
      const body = { rule: JSON.parse(settled) as Source, from: `now-${tried}`, timeout: TIMEOUT_MS };
      return (await (await send('rules/preview', { method: 'POST', body, signal })).json()) as PreviewAnswer;
    },
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
}

function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}

export function Preview({ preview, tried }: { preview: ReturnType<typeof usePreview>; tried: Tried }) {
  const { data, error, isFetching } = preview;
  const isRuleWrong = error instanceof Failure && error.problems.length > 0;
  return (
    <section className="preview" aria-label={texts.preview}>
      <div className="actions" role="group" aria-label={texts.preview}>
        <span>{texts.preview}</span>
        {TRIED.map((one) => (
          <button key={one} type="button" aria-pressed={one === tried} onClick={() => go({ tried: one }, 'replace')}>
            {texts.tried[one]}
          </button>
        ))}
      </div>
      {isRuleWrong && <p className="dim">{texts.noPreview}</p>}
      {error !== null && !isRuleWrong && (
        <>
          <Refused error={error} />
          <button type="button" onClick={() => void preview.refetch()}>
            {messages.page.retry}
          </button>
        </>
      )}
      <div role="status" className={isFetching ? 'stale' : undefined}>
        {error === null && (data === undefined ? messages.page.loading : <Told answer={data} />)}
      </div>
    </section>
  );
}

function Told({ answer: { transitions, records, late, partial, warnings } }: { answer: PreviewAnswer }) {
  const told = transitions.filter(({ kind }) => kind !== 'resolved');
  return (
    <>
      <p>
        <strong>{texts.told(figure(told.length))}</strong> <span className="dim">{texts.lookedAt(figure(records))}</span>
      </p>
      {late > 0 && <p className="warning">{texts.late(figure(late))}</p>}
      {partial && (
        <p className="warning">
          {search.partial}: {warnings.join('; ')}
        </p>
      )}
      <ul>
        {told.slice(-SHOWN).map(({ at, group }, index) => (
          <li key={index}>
            <Time at={at} /> <Labels labels={group} />
          </li>
        ))}
      </ul>
    </>
  );
}
