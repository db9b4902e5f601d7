import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../api/client.js';
import { Dialog } from '../dialog.js';
import { Link } from '../link.js';
import { Loaded } from '../loaded.js';
import { figure, messages } from '../messages/messages.js';
import { Time } from '../time.js';
import type { useChange } from '../use-change.js';
import type { Explanation, Rule } from './answers.js';
import { Labels } from './labels.js';
import { copyOf, formatDraft } from './rule/draft.js';
import { withValue } from './rule/source.js';

const { rules: texts } = messages;
const EVERY_MS = 5_000;

export interface RuleCardProps {
  readonly rule: Rule;
  readonly act: ReturnType<typeof useChange>['mutate'];
}

export function RuleCard({ rule, act }: RuleCardProps) {
  const { name, origin, enabled, source, state } = rule;
  const [explained, setExplained] = useState(false);
  const where = typeof source['where'] === 'string' ? source['where'] : undefined;
  return (
    <li className={state.firing > 0 ? 'card active' : 'card'}>
      <h3>{name}</h3>
      {where !== undefined && <code>{where}</code>}
      <p className="dim">
        {!enabled && `${texts.disabled} · `}
        {state.firing > 0 && `${texts.firing(figure(state.firing))} · `}
        {texts.matches(figure(state.matches))}
        {state.lastMatchAt !== undefined && (
          <>
            , {texts.last} <Time at={state.lastMatchAt} />
          </>
        )}
        {' · '}
        {origin.kind === 'file' ? texts.ofFile(`${origin.file}:${origin.line}`) : 'REST'}
      </p>
      <div className="actions">
        <button type="button" aria-expanded={explained} onClick={() => setExplained(!explained)}>
          {texts.explain}
        </button>
        {origin.kind === 'rest' && <Changes rule={rule} act={act} />}
        <Link to={{ draft: formatDraft(copyOf(source)) }} label={texts.copyOf(name)}>
          {texts.copy}
        </Link>
      </div>
      {explained && <Why name={name} />}
    </li>
  );
}

/** What can be done to a rule that no file has. */
function Changes({ rule: { name, version, enabled, source }, act }: RuleCardProps) {
  const [removing, setRemoving] = useState(false);
  const path = `rules/${encodeURIComponent(name)}?version=${version}`;
  const remove = (): void => {
    setRemoving(false);
    act({ method: 'DELETE', path });
  };
  return (
    <>
      <Link to={{ rule: name }} label={texts.editOf(name)}>
        {texts.edit}
      </Link>
      <button
        type="button"
        aria-pressed={enabled}
        onClick={() => act({ method: 'PUT', path, body: withValue(source, 'enabled', enabled ? false : undefined) })}
      >
        {texts.enabled}
      </button>
      <button type="button" onClick={() => setRemoving(true)}>
        {texts.remove}
      </button>
      {removing && (
        <Dialog title={texts.removeTitle(name)} onClose={() => setRemoving(false)}>
          <p>{texts.removeWhat}</p>
          <div className="actions">
            <button type="button" onClick={() => setRemoving(false)}>
              {texts.keep}
            </button>
            <button type="button" className="danger" onClick={remove}>
              {texts.remove}
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

function Why({ name }: { name: string }) {
  const query = useQuery({
    queryKey: ['rules', name, 'explain'],
    queryFn: ({ signal }) => ask<Explanation>(`rules/${encodeURIComponent(name)}/explain`, {}, signal),
    refetchInterval: EVERY_MS,
  });
  return (
    <Loaded query={query}>
      {({ why, groups }) => (
        <>
          <p>{why}</p>
          {groups.map((group) => (
            <div key={JSON.stringify(group.group)}>
              <Labels labels={group.group} />
              <p>{group.why}</p>
            </div>
          ))}
        </>
      )}
    </Loaded>
  );
}
