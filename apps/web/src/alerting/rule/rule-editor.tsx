import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../api/client.js';
import { Link } from '../../link.js';
import { Loaded } from '../../loaded.js';
import { messages } from '../../messages/messages.js';
import { CLOSED } from '../../state/page-state.js';
import type { Rule } from '../answers.js';
import { copyOf, formatDraft, parseDraft } from './draft.js';
import { RuleForm } from './rule-form.js';

const { rules, ruleForm: texts } = messages;

/** Makes the rule that the address proposes. The form keeps what is typed there, so only its first proposal counts. */
export function NewRule({ draft }: { draft: string }) {
  return (
    <main className="text-page">
      <h2>{texts.newRule}</h2>
      <RuleForm source={parseDraft(draft)} />
    </main>
  );
}

export interface EditRuleProps {
  readonly name: string;
  /** What somebody made of that version and has not saved; `''` for nothing. */
  readonly draft: string;
  readonly version: number;
}

/** Changes a rule. */
export function EditRule({ name, draft, version }: EditRuleProps) {
  const [isKept] = useState(draft !== '' && version > 0);
  return (
    <main className="text-page">
      <h2>{texts.edit(name)}</h2>
      {isKept ? <RuleForm source={parseDraft(draft)} stored={{ name, version }} /> : <Stored name={name} />}
    </main>
  );
}

/** The rule as it is now; one of a file says where it can be changed. */
function Stored({ name }: { name: string }) {
  const query = useQuery({
    queryKey: ['rules', name],
    queryFn: ({ signal }) => ask<Rule>(`rules/${encodeURIComponent(name)}`, {}, signal),
    staleTime: 0,
  });
  // What was opened stays open with its version, whatever is asked anew behind it.
  const [opened, setOpened] = useState<Rule>();
  const fresh = query.isFetchedAfterMount ? query.data : undefined;
  if (opened === undefined && fresh !== undefined) setOpened(fresh);
  if (opened === undefined) return <Loaded query={query}>{() => null}</Loaded>;
  const { version, origin, source } = opened;
  if (origin.kind === 'rest') return <RuleForm source={source} stored={{ name, version }} />;
  return (
    <>
      <p>{rules.ofFile(`${origin.file}:${origin.line}`)}</p>
      <Link className="main" to={{ ...CLOSED, draft: formatDraft(copyOf(source)) }}>
        {rules.copy}
      </Link>
    </>
  );
}
