import { Fragment } from 'react';
import { draftOfPattern, formatDraft } from '../alerting/rule/draft.js';
import { figure, messages } from '../messages/messages.js';
import { Link } from '../link.js';
import { CLOSED, type PageState } from '../state/page-state.js';
import { dayAndTime, spanText } from '../state/time-range.js';
import { Time } from '../time.js';
import type { Pattern, PatternsAnswer } from './answers.js';
import { barsPath } from './bars.js';

const { patterns: texts, list } = messages;
/** What the API puts where lines differ. */
const VARIABLE = '<*>';

export function PatternTable({ answer, state }: { answer: PatternsAnswer; state: PageState }) {
  return (
    <table>
      <thead>
        <tr>
          {[texts.pattern, texts.count, texts.trend, texts.first, texts.last, texts.services, list.level, texts.rule].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {answer.patterns.map((pattern) => (
          <PatternRow key={pattern.id} pattern={pattern} answer={answer} state={state} />
        ))}
      </tbody>
    </table>
  );
}

interface PatternRowProps {
  readonly pattern: Pattern;
  readonly answer: PatternsAnswer;
  readonly state: PageState;
}

/** A statement leads to its records, its times to the record of that time, and all of it to a rule. */
function PatternRow({ pattern, answer, state }: PatternRowProps) {
  const { id, template, count, share, first_seen, last_seen, services, level, sample_ids } = pattern;
  const [newest = '', oldest = newest] = sample_ids;
  const records: Partial<PageState> = {
    view: 'logs',
    filters: [...new Set([...state.filters, `log.pattern:${id}`])],
    record: '',
    around: '',
    tail: false,
  };
  return (
    <tr>
      <td className="template">
        <Link to={records} title={id}>
          <Template text={template || id} />
        </Link>
      </td>
      <td className="number">
        {figure(count)} <span className="dim">{shareText(share)}</span>
      </td>
      <td>
        <Trend counts={pattern.trend} answer={answer} state={state} />
      </td>
      <td>
        <Link to={{ ...records, record: oldest }} title={texts.oldest}>
          <Time at={first_seen} />
        </Link>
      </td>
      <td>
        <Link to={{ ...records, record: newest }} title={texts.newest}>
          <Time at={last_seen} />
        </Link>
      </td>
      <td className="services">{services.join(', ')}</td>
      <td>
        <span className={`cell level ${level ?? 'none'}`}>{level ?? '–'}</span>
      </td>
      <td>
        <Link
          to={{ ...CLOSED, view: 'rules', draft: formatDraft(draftOfPattern(pattern, state.q, state.filters)) }}
          label={texts.makeRuleOf(template || id)}
        >
          {texts.makeRule}
        </Link>
      </td>
    </tr>
  );
}

function Template({ text }: { text: string }) {
  return (
    <code>
      {text.split(VARIABLE).map((part, at) => (
        <Fragment key={at}>
          {at > 0 && <var>{VARIABLE}</var>}
          {part}
        </Fragment>
      ))}
    </code>
  );
}

function Trend({ counts, answer, state }: { counts: readonly number[]; answer: PatternsAnswer; state: PageState }) {
  const most = Math.max(0, ...counts);
  const { day, time } = dayAndTime(answer.trend_start_ms + counts.indexOf(most) * answer.interval_ms, state.zone);
  const label = texts.trendLabel(spanText(answer.interval_ms), figure(most), `${day} ${time.slice(0, 8)}`);
  return (
    <svg className="trend-bars" role="img" aria-label={label} viewBox={`0 0 ${Math.max(1, counts.length)} 1`} preserveAspectRatio="none">
      <title>{label}</title>
      <path d={barsPath(counts)} />
    </svg>
  );
}

/** `41 %`; what is less than one is not nothing. */
function shareText(share: number): string {
  return share > 0 && share < 0.01 ? '< 1 %' : `${Math.round(share * 100)} %`;
}
