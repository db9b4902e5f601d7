import { EditorView } from '@codemirror/view';

/** In the page's own colours: custom properties reach into the shadow root, style sheets do not. */
export const editorTheme = EditorView.theme({
  '&': { color: 'var(--text)', backgroundColor: 'transparent', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '20px' },
  '.cm-content': { padding: '4px 0', caretColor: 'var(--text)' },
  '.cm-line': { padding: '0 8px' },
  '.cm-placeholder': { color: 'var(--dim)' },
  '.token-field': { color: 'var(--info)' },
  '.token-operator': { color: 'var(--accent)' },
  '.token-text, .token-pattern': { color: 'var(--warn)' },
  '.wrong': { backgroundColor: 'var(--wrong)', borderRadius: '2px' },
  '.wrong, .wrong *': { color: 'var(--ground)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    color: 'var(--text)',
    border: '1px solid var(--line)',
    borderRadius: '6px',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', maxHeight: '18em', maxWidth: 'min(40em, 90vw)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 10px', display: 'flex', gap: '12px', justifyContent: 'space-between' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: 'var(--accent)', color: 'var(--on-accent)' },
  '.cm-completionDetail': { color: 'var(--dim)', fontStyle: 'normal' },
  'li[aria-selected] .cm-completionDetail': { color: 'inherit' },
});
