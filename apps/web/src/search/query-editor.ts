import {
  acceptCompletion,
  autocompletion,
  closeCompletion,
  completionStatus,
  moveCompletionSelection,
  type CompletionSource,
} from '@codemirror/autocomplete';
import { history, historyKeymap, standardKeymap } from '@codemirror/commands';
import { EditorState, Prec, StateEffect, StateField, type Extension } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, keymap, placeholder, ViewPlugin, type ViewUpdate } from '@codemirror/view';
import { editorTheme } from './query-editor-theme.js';
import { tokensOf } from './query-tokens.js';

export interface EditorOptions {
  readonly label: string;
  readonly hint: string;
  readonly text: string;
  readonly completions: CompletionSource;
  readonly onText: (text: string) => void;
  /** Gets the text: whoever types fast presses Enter before what `onText` told has been drawn. */
  readonly onSubmit: (text: string) => void;
}

/**
 * A line of CodeMirror in a shadow root of its own: there its style sheet is adopted instead of written into the page, which
 * the page's policy forbids. A query has no line breaks; a long one is wrapped.
 */
export function openEditor(host: HTMLElement, options: EditorOptions): EditorView {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  const view = new EditorView({ root, parent: root, doc: options.text, extensions: extensions(options) });
  return view;
}

function extensions({ label, hint, completions, onText, onSubmit }: EditorOptions): Extension[] {
  return [
    history(),
    Prec.high(
      keymap.of([
        { key: 'Enter', run: submit(onSubmit) },
        { key: 'Escape', run: leave },
        { key: 'Tab', run: takeFirst },
      ]),
    ),
    // With nothing chosen when it opens, no key is taken that was meant for the text: none needs to wait.
    autocompletion({ override: [completions], selectOnOpen: false, interactionDelay: 0, icons: false, activateOnTypingDelay: 150 }),
    keymap.of([...standardKeymap, ...historyKeymap]),
    placeholder(hint),
    EditorView.lineWrapping,
    EditorView.contentAttributes.of({ 'aria-label': label, 'aria-multiline': 'false', autocapitalize: 'off', spellcheck: 'false' }),
    EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, ' ')),
    EditorState.transactionFilter.of((change) => (change.newDoc.lines > 1 ? [] : change)),
    EditorView.updateListener.of((update) => update.docChanged && onText(update.state.doc.toString())),
    wrongPlace,
    colours,
    editorTheme,
  ];
}

function submit(onSubmit: (text: string) => void) {
  return (view: EditorView): boolean => {
    closeCompletion(view);
    onSubmit(view.state.doc.toString());
    return true;
  };
}

function leave(view: EditorView): boolean {
  if (closeCompletion(view)) return true;
  view.contentDOM.blur();
  return true;
}

/** Behind which a name or a value goes on: not behind a space, a bracket, or the quote that ends a phrase. */
const UNFINISHED = /[\p{L}\p{N}_.:@*/-]$/u;

/** Tab takes what is chosen, or the first that is proposed for what was typed; else it goes on to the next element. */
function takeFirst(view: EditorView): boolean {
  if (acceptCompletion(view)) return true;
  const status = completionStatus(view.state);
  if (status === 'active' && view.state.doc.length > 0) {
    moveCompletionSelection(true)(view);
    acceptCompletion(view);
    return true;
  }
  // Also while proposals are on their way: who waits for them does not mean to leave.
  return status === 'pending' && UNFINISHED.test(view.state.sliceDoc(0, view.state.selection.main.head));
}

/** Marks the character at an offset as wrong, until something is typed; undefined marks none. */
export function markWrong(view: EditorView, position: number | undefined): void {
  view.dispatch({ effects: setWrong.of(position) });
}

const setWrong = StateEffect.define<number | undefined>();

const wrongPlace = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, { docChanged, effects, state }) {
    const effect = effects.find((one) => one.is(setWrong));
    if (effect === undefined) return docChanged ? Decoration.none : marks;
    const { length } = state.doc;
    if (effect.value === undefined || length === 0) return Decoration.none;
    // What is missing at the end is shown on the last character.
    const at = Math.min(effect.value, length - 1);
    return Decoration.set([Decoration.mark({ class: 'wrong' }).range(at, at + 1)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = decorate(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged) this.decorations = decorate(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);

function decorate(view: EditorView): DecorationSet {
  const tokens = tokensOf(view.state.doc.toString()).filter(({ kind }) => kind !== 'word');
  return Decoration.set(tokens.map(({ from, to, kind }) => Decoration.mark({ class: `token-${kind}` }).range(from, to)));
}
