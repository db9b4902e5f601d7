import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { Failure } from './api/client.js';
import { requireKey } from './api/key.js';
import { Page } from './page.js';
import './style/base.css';
import './style/search.css';
import './style/list.css';
import './style/pages.css';
import './style/form.css';

/** A refused key shows the form for one, wherever it was noticed. */
const queries = new QueryClient({
  queryCache: new QueryCache({ onError: (error) => error instanceof Failure && error.status === 401 && requireKey() }),
  // Logs grow: what was asked a minute ago is let go, and nothing is asked again that nobody asked for.
  defaultOptions: { queries: { retry: false, refetchOnWindowFocus: false, staleTime: Infinity, gcTime: 60_000 } },
});

const root = document.getElementById('page');
if (root === null) throw new Error('bug: index.html has no element for the page');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Page />
    </QueryClientProvider>
  </StrictMode>,
);
