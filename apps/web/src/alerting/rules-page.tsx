import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, type RefObject } from 'react';
import { ask } from '../api/client.js';
import { Link } from '../link.js';
import { Loaded } from '../loaded.js';
import { messages } from '../messages/messages.js';
import { usePageState, useTurns } from '../state/use-page-state.js';
import { useChange } from '../use-change.js';
import type { Rule } from './answers.js';
import { Refused } from './refused.js';
import { EMPTY, formatDraft } from './rule/draft.js';
import { EditRule, NewRule } from './rule/rule-editor.js';
import { RuleCard } from './rule-card.js';

const { rules: texts } = messages;
const EVERY_MS = 5_000;

/** All rules, or the form for one. */
export function RulesPage() {
  const { rule, draft, version } = usePageState();
  const turns = useTurns();
  const isOpen = rule !== '' || draft !== '';
  const wasOpen = useRef(isOpen);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    // The form that had the focus is gone.
    if (wasOpen.current && !isOpen) heading.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (rule !== '') return <EditRule key={`${rule} ${turns}`} name={rule} draft={draft} version={version} />;
  return draft === '' ? <AllRules heading={heading} /> : <NewRule key={turns} draft={draft} />;
}

/** Every rule with what it found, and why it is in the state that it is in. */
function AllRules({ heading }: { heading: RefObject<HTMLHeadingElement | null> }) {
  const query = useQuery({
    queryKey: ['rules'],
    queryFn: ({ signal }) => ask<{ items: readonly Rule[] }>('rules', {}, signal),
    refetchInterval: EVERY_MS,
    staleTime: 0,
  });
  const act = useChange('rules');
  return (
    <main className="text-page">
      <h2 ref={heading} tabIndex={-1}>
        {texts.title}
      </h2>
      <Link className="main" to={{ draft: formatDraft(EMPTY) }}>
        {texts.add}
      </Link>
      {act.error !== null && <Refused error={act.error} />}
      <Loaded query={query} none={{ text: texts.none, when: ({ items }) => items.length === 0 }}>
        {({ items }) => (
          <ul className="cards">
            {items.map((rule) => (
              <RuleCard key={rule.name} rule={rule} act={act.mutate} />
            ))}
          </ul>
        )}
      </Loaded>
    </main>
  );
}
