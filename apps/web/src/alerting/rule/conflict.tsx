import { useQuery } from '@tanstack/react-query';
import { ask, Failure } from '../../api/client.js';
import { messages } from '../../messages/messages.js';
import type { Rule } from '../answers.js';
import { Refused } from '../refused.js';

const { ruleForm: texts } = messages;

export interface ConflictProps {
  readonly name: string;
  /** Goes on with what somebody else has made of the rule. */
  readonly onTheirs: (rule: Rule) => void;
  /** Saves what is in the form over that version; 0 makes the rule again. */
  readonly onMine: (version: number) => void;
}

/** Somebody else has changed the rule meanwhile: what it is now, and the two ways to go on. */
export function Conflict({ name, onTheirs, onMine }: ConflictProps) {
  const { data, error } = useQuery({
    queryKey: ['rules', name],
    queryFn: ({ signal }) => ask<Rule>(`rules/${encodeURIComponent(name)}`, {}, signal),
    staleTime: 0,
  });
  const isGone = error instanceof Failure && error.status === 404;
  return (
    <section className="conflict" role="alert" aria-label={texts.conflict}>
      <p>
        <strong>{isGone ? texts.conflictGone : texts.conflict}</strong> {texts.notSaved}
      </p>
      {error !== null && !isGone && <Refused error={error} />}
      {data !== undefined && !isGone && (
        <>
          <p>{texts.theirs}</p>
          <pre tabIndex={0}>{JSON.stringify(data.source, null, 2)}</pre>
          <div className="actions">
            <button type="button" onClick={() => onTheirs(data)}>
              {texts.takeTheirs}
            </button>
            <button type="button" onClick={() => onMine(data.version)}>
              {texts.saveMine}
            </button>
          </div>
        </>
      )}
      {isGone && (
        <button type="button" onClick={() => onMine(0)}>
          {texts.makeAgain}
        </button>
      )}
    </section>
  );
}
