import { useId, useState, type ReactNode } from 'react';
import type { Problem } from '../../api/client.js';
import { QueryField } from '../../search/query-field.js';
import type { Form } from './form.js';
import { valueAt } from './source.js';
import { TEXT, textFor, type Typed } from './typed.js';

/** Values that completion proposes are of this time. */
const LATELY = { q: '', from: 'now-24h', to: 'now', filter: [] };

export interface FieldProps {
  readonly form: Form;
  readonly path: string;
  readonly label: string;
  readonly typed?: Typed;
  /** An example, or what holds as long as nothing stands there. */
  readonly hint?: string;
  readonly required?: boolean;
  readonly readOnly?: boolean;
  readonly focused?: boolean;
}

/** One value of a rule. */
export function Field({ form, path, label, typed = TEXT, hint, required, readOnly, focused }: FieldProps) {
  const [text, setText] = useState('');
  const id = useId();
  const problems = form.placed.at(path);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        value={textFor(typed, text, valueAt(form.source, path))}
        placeholder={hint}
        required={required}
        readOnly={readOnly}
        autoFocus={focused}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-wrong`}
        onChange={({ target }) => {
          setText(target.value);
          form.change(path, typed.parse(target.value));
        }}
      />
      <Wrong id={`${id}-wrong`} problems={problems} />
    </div>
  );
}

export interface ChoiceProps {
  readonly form: Form;
  readonly path: string;
  readonly label: string;
  /** What is chosen; given where it is not what stands at the path. */
  readonly value?: string;
  readonly children: ReactNode;
  readonly onChoice?: (value: string) => void;
}

/** One value out of few. */
export function Choice({ form, path, label, value = TEXT.format(valueAt(form.source, path)), children, onChoice }: ChoiceProps) {
  const id = useId();
  const problems = form.placed.at(path);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        aria-invalid={problems.length > 0}
        aria-describedby={`${id}-wrong`}
        onChange={({ target }) => (onChoice ? onChoice(target.value) : form.change(path, TEXT.parse(target.value)))}
      >
        {children}
      </select>
      <Wrong id={`${id}-wrong`} problems={problems} />
    </div>
  );
}

/** A query, with the character marked that the API did not understand. */
export function QueryInput({ form, path, label, hint = '' }: Pick<FieldProps, 'form' | 'path' | 'label' | 'hint'>) {
  const problems = form.placed.at(path);
  return (
    <div className="field wide">
      <span>{label}</span>
      <QueryField
        label={label}
        hint={hint}
        text={TEXT.format(valueAt(form.source, path))}
        question={LATELY}
        wrongAt={problems.find(({ position }) => position !== undefined)?.position}
        onText={(text) => form.change(path, TEXT.parse(text))}
      />
      <Wrong problems={problems} />
    </div>
  );
}

/** What is wrong; with an id it stays where it is also when nothing is. */
export function Wrong({ id, problems }: { id?: string; problems: readonly Problem[] }) {
  if (id === undefined && problems.length === 0) return null;
  return (
    <div id={id} className="wrong">
      {problems.map(({ field, message }) => (
        <p key={`${field} ${message}`}>{message}</p>
      ))}
    </div>
  );
}
