import { useState } from 'react';
import { messages } from './messages/messages.js';

/** Says that it has copied, where it stands, until it is left. */
export function CopyButton({ label, text }: { label: string; text: () => string }) {
  const [copied, setCopied] = useState(false);
  return (
    <button type="button" onClick={() => void copy(text()).then(() => setCopied(true))} onBlur={() => setCopied(false)}>
      <span aria-live="polite">{copied ? messages.page.copied : label}</span>
    </button>
  );
}

/** Without TLS a page on another machine has no clipboard; then the old way, which needs a text that is selected. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement('textarea');
  area.value = text;
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
