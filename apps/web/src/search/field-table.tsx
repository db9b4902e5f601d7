import type { LogRecord } from '../api/answers.js';
import { messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { go } from '../state/use-page-state.js';
import { flatten, textOf } from './fields.js';
import { LongText } from './long-text.js';
import { excluding, filterFor } from './narrow.js';

const { record: texts } = messages;
/** Shown already, as they should be read. */
const SHOWN_ABOVE = new Set(['error.stack_trace']);

/** Every field with its value, and what can be done with it. */
export function FieldTable({ record, state }: { record: LogRecord; state: PageState }) {
  return (
    <dl className="fields">
      {flatten(record)
        .filter(([name]) => !SHOWN_ABOVE.has(name))
        .map(([name, value]) => (
          <div key={name}>
            <dt>
              <FieldButtons name={name} value={textOf(value)} state={state} />
              {name}
            </dt>
            <dd>
              <LongText text={textOf(value)} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

function FieldButtons({ name, value, state }: { name: string; value: string; state: PageState }) {
  const filter = filterFor(name, value);
  const hasColumn = state.columns.includes(name);
  const columns = hasColumn ? state.columns.filter((other) => other !== name) : withColumn(state.columns, name);
  return (
    <span className="field-buttons">
      {filter !== undefined && (
        <>
          <button
            type="button"
            className="quiet"
            aria-label={texts.only(name)}
            title={texts.only(name)}
            onClick={() => go({ filters: [...new Set([...state.filters, filter])] })}
          >
            +
          </button>
          <button
            type="button"
            className="quiet"
            aria-label={texts.without(name)}
            title={texts.without(name)}
            onClick={() => go({ q: excluding(state.q, name, value), record: '' })}
          >
            −
          </button>
        </>
      )}
      <button
        type="button"
        className="quiet"
        aria-label={texts.column(name)}
        title={texts.column(name)}
        aria-pressed={hasColumn}
        disabled={columns.length === 0}
        onClick={() => go({ columns }, 'replace')}
      >
        ▥
      </button>
    </span>
  );
}

/** The message stays last: it takes the room that is left. */
function withColumn(columns: readonly string[], name: string): string[] {
  const others = columns.filter((column) => column !== 'message');
  return columns.includes('message') ? [...others, name, 'message'] : [...others, name];
}
