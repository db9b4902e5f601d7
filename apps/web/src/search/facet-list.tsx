import type { Facet } from '../api/answers.js';
import { figure, messages } from '../messages/messages.js';
import type { PageState } from '../state/page-state.js';
import { go } from '../state/use-page-state.js';
import { LEVELS } from './fields.js';
import { excluding, filterFor } from './narrow.js';

const { facets: texts } = messages;
/** Values of each list when it is opened; the API gives twice as many. */
export const FEW = 8;
export const MANY = 100;

export interface FacetListProps {
  readonly facet: Facet;
  readonly total: number;
  readonly state: PageState;
  readonly onMore: () => void;
  readonly onRemove: () => void;
}

/** The most frequent values of a field, with how many there are. */
export function FacetList({ facet, total, state, onMore, onRemove }: FacetListProps) {
  const { field, values, other, distinct, exact } = facet;
  return (
    <div className="facet-field">
      <RemoveFacet field={field} onRemove={onRemove} />
      <details open>
        <summary>
          {field} <span className="dim">{exact ? figure(distinct) : `≈ ${figure(distinct)}`}</span>
        </summary>
        <ul>
          {values.map(({ value, count }) => (
            <li key={value}>
              <FacetValue field={field} value={value} state={state} share={total === 0 ? 0 : count / total} count={count} />
            </li>
          ))}
          {other > 0 && (
            <li>
              <button type="button" className="quiet" disabled={values.length >= MANY} onClick={onMore}>
                {texts.other(figure(other))}
              </button>
            </li>
          )}
        </ul>
        {values.length === 0 && <p className="dim">{texts.none}</p>}
      </details>
    </div>
  );
}

export function RemoveFacet({ field, onRemove }: { field: string; onRemove: () => void }) {
  return (
    <button type="button" className="quiet" aria-label={texts.remove(field)} title={texts.remove(field)} onClick={onRemove}>
      ✕
    </button>
  );
}

interface FacetValueProps {
  readonly field: string;
  readonly value: string;
  readonly count: number;
  /** 0-1 */
  readonly share: number;
  readonly state: PageState;
}

function FacetValue({ field, value, count, share, state }: FacetValueProps) {
  const filter = filterFor(field, value);
  const chosen = filter !== undefined && state.filters.includes(filter);
  const level = field === 'log.level' && LEVELS.some((known) => known === value) ? value : 'plain';
  const toggle = (): void => {
    if (filter === undefined) return;
    go({ filters: chosen ? state.filters.filter((other) => other !== filter) : [...state.filters, filter] });
  };
  return (
    <>
      <button type="button" className="facet" aria-pressed={chosen} title={value} onClick={toggle}>
        <span className="facet-value">{value}</span> <span className="dim">{figure(count)}</span>
        <i className={`facet-bar swatch ${level}`} style={{ width: `${Math.max(1, share * 100)}%` }} />
      </button>
      <button
        type="button"
        className="quiet"
        aria-label={texts.without(field, value)}
        title={texts.without(field, value)}
        onClick={() => go({ q: excluding(state.q, field, value) })}
      >
        −
      </button>
    </>
  );
}
