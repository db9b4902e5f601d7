import { messages } from '../../messages/messages.js';
import { Choice, Field, QueryInput, Wrong } from './field.js';
import type { Form } from './form.js';
import {
  COMPARATORS,
  comparatorOf,
  FIELDS,
  hasThreshold,
  isCondition,
  type Kind,
  kindOf,
  KINDS,
  LEVELS,
  type Part,
  withComparator,
  withKind,
} from './source.js';
import { NUMBER, TEXT } from './typed.js';

const { ruleForm: texts } = messages;
const DIRECTIONS = ['up', 'down', 'both'] as const;
const NO_DATA = ['keep', 'ok', 'fire'] as const;
/** What holds where nothing is said, and how a value is written. */
const HINTS: Readonly<Partial<Record<Part | Kind, string>>> = {
  over: '5m',
  remember: '30d',
  forget: '1d',
  min_total: '1',
  min_count: '1',
  rate: '5/s',
  ratio: '5%',
};

/** What the records of `where` mean to the rule, and the numbers that belong to it. */
export function KindFields({ form }: { form: Form }) {
  const { source } = form;
  const kind = kindOf(source);
  return (
    <>
      <Choice
        form={form}
        path="kind"
        label={texts.kind}
        value={kind ?? ''}
        onChoice={(chosen) => form.replace(withKind(source, KINDS.find((one) => one === chosen) ?? 'match'))}
      >
        {kind === undefined && <option value="">–</option>}
        {KINDS.map((one) => (
          <option key={one} value={one}>
            {texts.kinds[one]}
          </option>
        ))}
      </Choice>
      {kind !== undefined && <OfKind form={form} kind={kind} />}
    </>
  );
}

function OfKind({ form, kind }: { form: Form; kind: Kind }) {
  return (
    <>
      {kind === 'level' && <Choices form={form} path="level" label={texts.level} values={LEVELS} />}
      {FIELDS[kind].map((part) => (
        <PartField key={part} form={form} kind={kind} part={part} />
      ))}
      {hasThreshold(kind) && <Threshold form={form} kind={kind} />}
      {kind !== 'level' && <Wrong problems={form.placed.at(kind)} />}
      {isCondition(kind) ? (
        <>
          <Field form={form} path="for" label={texts.for} hint="0s" />
          <Choices form={form} path="no_data" label={texts.noData} values={NO_DATA} names={texts.noDatas} absent="keep" />
        </>
      ) : (
        <Field form={form} path="cooldown" label={texts.cooldown} hint="5m" />
      )}
    </>
  );
}

function PartField({ form, kind, part }: { form: Form; kind: Kind; part: Part }) {
  const path = `${kind}.${part}`;
  const label = texts.parts[part];
  if (part === 'of') return <QueryInput form={form} path={path} label={label} />;
  if (part === 'direction')
    return <Choices form={form} path={path} label={label} values={DIRECTIONS} names={texts.directions} absent="up" />;
  const isText = part === 'field' || part === 'over' || part === 'remember' || part === 'forget';
  const required = part === 'field' || part === 'over' || part === 'height';
  return <Field form={form} path={path} label={label} typed={isText ? TEXT : NUMBER} hint={HINTS[part] ?? ''} required={required} />;
}

/** A comparison and its number. Silence is compared with nothing at all unless somebody says otherwise. */
function Threshold({ form, kind }: { form: Form; kind: Kind }) {
  const comparator = comparatorOf(form.source, kind);
  return (
    <>
      <Choice
        form={form}
        path={`${kind}.comparator`}
        label={texts.threshold}
        value={comparator ?? ''}
        onChoice={(chosen) =>
          form.replace(
            withComparator(
              form.source,
              kind,
              COMPARATORS.find((one) => one === chosen),
            ),
          )
        }
      >
        {(kind === 'absence' || comparator === undefined) && <option value="">{kind === 'absence' ? texts.nothing : '–'}</option>}
        {COMPARATORS.map((one) => (
          <option key={one} value={one}>
            {texts.comparators[one]}
          </option>
        ))}
      </Choice>
      {comparator !== undefined && (
        <Field form={form} path={`${kind}.${comparator}`} label={texts.number} typed={NUMBER} hint={HINTS[kind] ?? '10'} required />
      )}
    </>
  );
}

interface ChoicesProps<Value extends string> {
  readonly form: Form;
  readonly path: string;
  readonly label: string;
  readonly values: readonly Value[];
  readonly names?: Readonly<Record<Value, string>>;
  /** What holds where nothing is said. */
  readonly absent?: Value;
}

function Choices<Value extends string>({ form, path, label, values, names, absent }: ChoicesProps<Value>) {
  return (
    <Choice form={form} path={path} label={label}>
      {absent !== undefined && <option value="">{names?.[absent] ?? absent}</option>}
      {values
        .filter((value) => value !== absent)
        .map((value) => (
          <option key={value} value={value}>
            {names?.[value] ?? value}
          </option>
        ))}
    </Choice>
  );
}
