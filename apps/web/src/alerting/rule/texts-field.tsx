import { useState } from 'react';
import { messages } from '../../messages/messages.js';
import { Wrong } from './field.js';
import type { Form } from './form.js';
import { valueAt } from './source.js';
import { type Row, rowsFor, rowsOf, textsOf } from './texts.js';

const { ruleForm: texts } = messages;

/** Names and texts: labels, annotations. */
export function TextsField({ form, path, label }: { form: Form; path: string; label: string }) {
  const value = valueAt(form.source, path);
  const [typed, setTyped] = useState<readonly Row[]>(() => rowsOf(value));
  const rows = rowsFor(typed, value);
  const change = (next: readonly Row[]): void => {
    setTyped(next);
    form.change(path, textsOf(next));
  };
  return (
    <fieldset className="field wide texts">
      <legend>{label}</legend>
      {rows.map(([name, text], at) => (
        <div key={at}>
          <input
            value={name}
            aria-label={texts.nameOf(label, at + 1)}
            placeholder={texts.textName}
            spellCheck={false}
            onChange={({ target }) => change(rows.with(at, [target.value, text]))}
          />
          <textarea
            value={text}
            rows={Math.min(6, text.split('\n').length)}
            aria-label={texts.textOf(label, at + 1)}
            onChange={({ target }) => change(rows.with(at, [name, target.value]))}
          />
          <button
            type="button"
            className="quiet"
            aria-label={texts.removeText(label, at + 1)}
            onClick={() => change(rows.toSpliced(at, 1))}
          >
            ✕
          </button>
        </div>
      ))}
      <button type="button" onClick={() => change([...rows, ['', '']])}>
        {texts.addText(label)}
      </button>
      <Wrong problems={form.placed.at(path)} />
    </fieldset>
  );
}
