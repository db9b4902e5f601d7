import { useState, type FormEvent } from 'react';
import { Failure, type Problem } from '../../api/client.js';
import { messages } from '../../messages/messages.js';
import { CLOSED } from '../../state/page-state.js';
import { go, usePageState } from '../../state/use-page-state.js';
import { Refused } from '../refused.js';
import { Conflict } from './conflict.js';
import { Field, QueryInput, Wrong } from './field.js';
import type { Form } from './form.js';
import { KindFields } from './kind-fields.js';
import { Preview, usePreview } from './preview.js';
import { place } from './problems.js';
import { ReceiversField } from './receivers-field.js';
import { shownPaths, type Source, withValue } from './source.js';
import { SourceField } from './source-field.js';
import { TextsField } from './texts-field.js';
import { LIST } from './typed.js';
import { useKept } from './use-kept.js';
import { useSave } from './use-save.js';

const { ruleForm: texts } = messages;

export interface RuleFormProps {
  /** What the form begins with. */
  readonly source: Source;
  /** The rule that is changed; undefined makes one. */
  readonly stored?: { readonly name: string; readonly version: number };
}

/** All of a rule, what is wrong in it, and what it would have told. */
export function RuleForm({ source: first, stored }: RuleFormProps) {
  const [source, setSource] = useState(first);
  const [version, setVersion] = useState(stored?.version);
  const [broken, setBroken] = useState<Source>();
  const { tried } = usePageState();
  useKept(source, first, version ?? 0);
  const save = useSave(stored?.name);
  const preview = usePreview(source, tried);
  const problems = [...problemsOf(save.error), ...(save.error === null ? problemsOf(preview.error) : [])];
  const replace = (next: Source): void => {
    setSource(next);
    if (!save.isPending) save.reset();
  };
  const form: Form = {
    source,
    placed: place(problems, shownPaths(source)),
    change: (path, value) => replace(withValue(source, path, value)),
    replace,
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ source, version });
  };
  const failure = save.error instanceof Failure ? save.error : undefined;
  return (
    <form className="rule-form" onSubmit={submit}>
      <Field form={form} path="name" label={texts.name} hint="api-errors" required readOnly={stored !== undefined} focused />
      <QueryInput form={form} path="where" label={texts.where} hint={texts.everyRecord} />
      <KindFields form={form} />
      <Field form={form} path="group_by" label={texts.groupBy} typed={LIST} hint="service.name" />
      <Field form={form} path="severity" label={texts.severity} hint="warning" />
      <TextsField form={form} path="labels" label={texts.labels} />
      <TextsField form={form} path="annotations" label={texts.annotations} />
      <ReceiversField form={form} />
      <SourceField form={form} onBroken={setBroken} />
      <Preview preview={preview} tried={tried} />
      <Wrong problems={form.placed.elsewhere} />
      {failure?.code === 'version_conflict' && stored !== undefined ? (
        <Conflict
          name={stored.name}
          onTheirs={(theirs) => {
            setVersion(theirs.version);
            replace(theirs.source);
          }}
          onMine={(over) => save.mutate({ source, version: over })}
        />
      ) : (
        failure !== undefined && <Refused error={problems.length > 0 ? new Error(texts.notSavedWrong) : failure} />
      )}
      <div className="actions">
        <button type="submit" className="main" disabled={broken === source || save.isPending}>
          {texts.save}
        </button>
        <button type="button" onClick={() => go(CLOSED)}>
          {texts.cancel}
        </button>
      </div>
    </form>
  );
}

function problemsOf(error: Error | null): readonly Problem[] {
  if (!(error instanceof Failure)) return [];
  return error.code === 'rule_exists' ? [{ field: 'name', message: error.message }] : error.problems;
}
