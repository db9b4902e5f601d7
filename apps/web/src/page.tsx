import { lazy, Suspense, useState, useSyncExternalStore } from 'react';
import { isKeyNeeded, onKeyNeeded } from './api/key.js';
import { Help } from './help.js';
import { KeyForm } from './key-form.js';
import { Link } from './link.js';
import { messages } from './messages/messages.js';
import { SearchPage } from './search/search-page.js';
import { CLOSED, type View, VIEWS } from './state/page-state.js';
import { useKeys } from './state/use-keys.js';
import { usePageState } from './state/use-page-state.js';

/** What most visits never open is loaded when it is. */
const PAGES: Readonly<Record<Exclude<View, 'logs'>, ReturnType<typeof lazy>>> = {
  patterns: lazy(() => import('./patterns/patterns-page.js').then(({ PatternsPage }) => ({ default: PatternsPage }))),
  alerts: lazy(() => import('./alerting/alerts-page.js').then(({ AlertsPage }) => ({ default: AlertsPage }))),
  silences: lazy(() => import('./alerting/silences-page.js').then(({ SilencesPage }) => ({ default: SilencesPage }))),
  rules: lazy(() => import('./alerting/rules-page.js').then(({ RulesPage }) => ({ default: RulesPage }))),
  hub: lazy(() => import('./hub/hub-page.js').then(({ HubPage }) => ({ default: HubPage }))),
};

export function Page() {
  const { view } = usePageState();
  const keyNeeded = useSyncExternalStore(onKeyNeeded, isKeyNeeded);
  const [helping, setHelping] = useState(false);
  useKeys({ '?': () => setHelping(true) });
  const Other = view === 'logs' ? undefined : PAGES[view];
  return (
    <>
      <header className="top">
        <h1>{messages.page.title}</h1>
        <Navigation view={view} />
        <button type="button" className="quiet" onClick={() => setHelping(true)} aria-label={messages.page.help} title={messages.page.help}>
          ?
        </button>
      </header>
      {Other === undefined ? (
        <SearchPage />
      ) : (
        <Suspense fallback={<main className="text-page dim">{messages.page.loading}</main>}>
          <Other />
        </Suspense>
      )}
      {keyNeeded && <KeyForm />}
      {helping && <Help onClose={() => setHelping(false)} />}
    </>
  );
}

/** What was asked goes along, for the way back; a form that is open does not. */
function Navigation({ view }: { view: View }) {
  return (
    <nav>
      {VIEWS.map((one) => (
        <Link key={one} to={{ ...CLOSED, view: one }} current={one === view}>
          {messages.views[one]}
        </Link>
      ))}
    </nav>
  );
}
