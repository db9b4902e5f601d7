import { useId, useLayoutEffect, useRef, type ReactNode } from 'react';
import { messages } from './messages/messages.js';

/** The browser's own dialog: it keeps the focus inside, and closes with Escape where `onClose` is given. */
export function Dialog({ title, onClose, children }: { title: string; onClose?: () => void; children: ReactNode }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  // Closed while it is still in the page, it gives the focus back to where it was.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        {onClose && (
          <button type="button" className="quiet" onClick={onClose} aria-label={messages.page.close}>
            ✕
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}
