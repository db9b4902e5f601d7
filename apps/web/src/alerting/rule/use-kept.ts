import { useEffect } from 'react';
import { go } from '../../state/use-page-state.js';
import { formatDraft } from './draft.js';
import type { Source } from './source.js';

/** Browsers refuse an address that changes with every key. */
const SETTLED_MS = 300;
/** As percent-encoded characters: a longer address is refused by servers when the page is loaded again. A longer rule is not kept. */
const LONGEST = 6_000;

/** Keeps what is typed in the address, so that it is there again when somebody comes back or loads the page anew. */
export function useKept(source: Source, first: Source, version: number): void {
  useEffect(() => {
    if (source === first) return undefined;
    const draft = formatDraft(source);
    if (encodeURIComponent(draft).length > LONGEST) return undefined;
    const timer = setTimeout(() => go({ draft, version }, 'replace'), SETTLED_MS);
    return () => clearTimeout(timer);
  }, [source, version]);
}
