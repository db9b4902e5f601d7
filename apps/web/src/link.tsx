import type { ReactNode } from 'react';
import { formatState, type PageState } from './state/page-state.js';
import { go, usePageState } from './state/use-page-state.js';

export interface LinkProps {
  /** What is different there; all else stays as it was chosen. */
  readonly to: Partial<PageState>;
  readonly current?: boolean;
  readonly title?: string | undefined;
  /** Its name for those who do not see what it stands beside. */
  readonly label?: string | undefined;
  readonly className?: string;
  readonly children: ReactNode;
}

/** To another state of the page: a real link, so that it opens in another tab as well. */
export function Link({ to, current = false, title, label, className, children }: LinkProps) {
  const state = usePageState();
  return (
    <a
      href={formatState({ ...state, ...to }) || './'}
      className={className}
      title={title}
      aria-label={label}
      aria-current={current ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
