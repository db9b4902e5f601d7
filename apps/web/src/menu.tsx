import { useEffect, useRef, useState, type ReactNode } from 'react';

export interface MenuProps {
  /** A text, or one sign. */
  readonly label: string;
  /** What a sign means, and the name of the panel. */
  readonly title: string;
  /** Gets a function that closes the menu. */
  readonly children: (close: () => void) => ReactNode;
  readonly open?: boolean;
  readonly onOpen?: (open: boolean) => void;
}

/** A button with a panel below it, which closes with Escape, by a click elsewhere, or when the focus leaves it. */
export function Menu({ label, title, children, open: given, onOpen }: MenuProps) {
  const [own, setOwn] = useState(false);
  const open = given ?? own;
  const setOpen = onOpen ?? setOwn;
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const close = (): void => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!open) return undefined;
    menu.current?.querySelector<HTMLElement>('.panel button, .panel input')?.focus();
    const outside = (event: Event): void => {
      if (menu.current?.contains(event.target as Node) === false) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    return () => {
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
    };
  }, [open]);
  return (
    <div className="menu" ref={menu} onKeyDown={(event) => event.key === 'Escape' && open && close()}>
      <button
        ref={button}
        type="button"
        aria-expanded={open}
        aria-haspopup="dialog"
        aria-label={label.length === 1 ? title : undefined}
        title={title}
        onClick={() => setOpen(!open)}
      >
        {label}
      </button>
      {open && (
        <div className="panel" role="dialog" aria-label={title}>
          {children(close)}
        </div>
      )}
    </div>
  );
}
