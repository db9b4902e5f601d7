import { draftOfSearch, formatDraft } from '../alerting/rule/draft.js';
import { CopyButton } from '../copy-button.js';
import { Link } from '../link.js';
import { Menu } from '../menu.js';
import { messages } from '../messages/messages.js';
import { CLOSED, type PageState } from '../state/page-state.js';
import { epochOf } from '../state/time-range.js';
import { addressWith, go } from '../state/use-page-state.js';
import { Download } from './download.js';

const { search } = messages;

export function ViewMenu({ state }: { state: PageState }) {
  return (
    <Menu label="⋯" title={search.view}>
      {() => (
        <>
          <label className="choice">
            <input type="checkbox" checked={state.wrap} onChange={() => go({ wrap: !state.wrap }, 'replace')} />
            {search.wrap}
          </label>
          <label className="choice">
            <input
              type="checkbox"
              checked={state.density === 'airy'}
              onChange={() => go({ density: state.density === 'airy' ? 'dense' : 'airy' }, 'replace')}
            />
            {search.airy}
          </label>
          <label>
            {search.mark}
            <input value={state.mark} maxLength={200} onChange={(event) => go({ mark: event.target.value }, 'replace')} />
          </label>
          <Download state={state} />
          <Link className="action" to={{ ...CLOSED, view: 'rules', draft: formatDraft(draftOfSearch(state.q, state.filters)) }}>
            {search.makeRule}
          </Link>
          <CopyButton label={search.share} text={() => addressWith(standing(state))} />
        </>
      )}
    </Menu>
  );
}

/** Who opens a link tomorrow is to see what is here now, not the last quarter of an hour of then. */
function standing({ from, to }: PageState): { from: string; to: string } {
  const now = Date.now();
  const still = (text: string): string => {
    const at = text.startsWith('now') ? epochOf(text, now) : undefined;
    return at === undefined ? text : new Date(at).toISOString();
  };
  return { from: still(from), to: still(to) };
}
