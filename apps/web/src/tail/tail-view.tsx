import { useEffect, useMemo, useState } from 'react';
import type { Question } from '../api/answers.js';
import type { Failure } from '../api/client.js';
import { figure, messages } from '../messages/messages.js';
import { fieldsOf } from '../search/use-logs.js';
import type { PageState } from '../state/page-state.js';
import { useKeys } from '../state/use-keys.js';
import { go } from '../state/use-page-state.js';
import { TailList } from './tail-list.js';
import { type Tail, useTail } from './use-tail.js';

const { tail: texts } = messages;

export interface TailViewProps {
  readonly question: Question;
  readonly state: PageState;
  readonly onFailure: (failure: Failure | undefined) => void;
}

/** Lines as they come, the newest at the bottom as in a terminal. Whoever reads or selects stops them. */
export function TailView({ question, state, onFailure }: TailViewProps) {
  const [held, setHeld] = useState(false);
  const paused = held || state.record !== '';
  const fields = useMemo(() => fieldsOf(state.columns), [state.columns]);
  const tail = useTail(question, fields, paused);
  useEffect(() => onFailure(tail.failure), [tail.failure]);
  const pause = (wanted: boolean): void => {
    setHeld(wanted);
    // A record that is open holds the lines as well.
    if (!wanted) go({ record: '', around: '' }, 'replace');
  };
  useKeys({ p: () => pause(!paused), Escape: () => pause(false) });
  return (
    <>
      <TailStatus tail={tail} paused={paused} onPause={pause} />
      <TailList buffer={tail.buffer} state={state} paused={paused} onPause={pause} />
      {paused && tail.buffer.fresh > 0 && (
        <button type="button" className="main fresh" onClick={() => pause(false)}>
          {texts.fresh(figure(tail.buffer.fresh))} ↓
        </button>
      )}
    </>
  );
}

interface TailStatusProps {
  readonly tail: Tail;
  readonly paused: boolean;
  readonly onPause: (paused: boolean) => void;
}

function TailStatus({ tail: { phase, failure, buffer }, paused, onPause }: TailStatusProps) {
  return (
    <div className="status">
      <span role="status">
        <strong className={`phase ${paused ? 'paused' : phase}`}>{textOf(phase, paused)}</strong>
      </span>
      {failure !== undefined && failure.position === undefined && <span className="warning">{failure.message}</span>}
      {buffer.forgotten > 0 && <span className="dim">{texts.forgotten(figure(buffer.forgotten))}</span>}
      <button type="button" onClick={() => onPause(!paused)}>
        {paused ? texts.resume : texts.pause}
      </button>
    </div>
  );
}

function textOf(phase: Tail['phase'], paused: boolean): string {
  if (phase === 'again') return texts.again;
  if (phase === 'connecting') return texts.connecting;
  return paused ? texts.paused : texts.live;
}
