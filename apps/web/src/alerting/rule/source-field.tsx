import { useId, useState } from 'react';
import { messages } from '../../messages/messages.js';
import type { Form } from './form.js';
import { readSource, type Source } from './source.js';

const { ruleForm: texts } = messages;

export interface SourceFieldProps {
  readonly form: Form;
  /** Gets the rule that stays as it was because what stands there cannot be read. */
  readonly onBroken: (source: Source | undefined) => void;
}

/** The rule as the API takes it, for what the form has no field for. */
export function SourceField({ form, onBroken }: SourceFieldProps) {
  const { source } = form;
  const [typed, setTyped] = useState<{ text: string; of: Source }>();
  const id = useId();
  const text = typed?.of === source ? typed.text : JSON.stringify(source, null, 2);
  const read = readSource(text);
  const type = (next: string): void => {
    const found = readSource(next);
    setTyped({ text: next, of: 'source' in found ? found.source : source });
    onBroken('source' in found ? undefined : source);
    if ('source' in found) form.replace(found.source);
  };
  return (
    <details className="wide">
      <summary>{texts.source}</summary>
      <p id={`${id}-why`} className="dim">
        {texts.sourceWhy}
      </p>
      <textarea
        value={text}
        rows={14}
        spellCheck={false}
        aria-label={texts.source}
        aria-invalid={'wrong' in read}
        aria-describedby={`${id}-why ${id}-wrong`}
        onChange={({ target }) => type(target.value)}
      />
      <p id={`${id}-wrong`} className="wrong">
        {'wrong' in read && read.wrong}
      </p>
    </details>
  );
}
