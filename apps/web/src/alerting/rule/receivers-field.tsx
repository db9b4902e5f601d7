import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api/client.js';
import { messages } from '../../messages/messages.js';
import { Wrong } from './field.js';
import type { Form } from './form.js';
import { valueAt } from './source.js';
import { LIST } from './typed.js';

const { ruleForm: texts } = messages;

/** Who is told past the routes: the receivers that there are, and those that the rule names. */
export function ReceiversField({ form }: { form: Form }) {
  const { data } = useQuery({
    queryKey: ['receivers'],
    queryFn: ({ signal }) => ask<{ items: readonly { readonly name: string }[] }>('receivers', {}, signal),
    staleTime: 0,
  });
  const named = LIST.format(valueAt(form.source, 'notify')).split(', ').filter(Boolean);
  const names = [...new Set([...(data?.items ?? []).map(({ name }) => name), ...named])];
  return (
    <fieldset className="field wide">
      <legend>{texts.notify}</legend>
      {names.map((name) => (
        <label key={name} className="choice">
          <input
            type="checkbox"
            checked={named.includes(name)}
            onChange={({ target: { checked } }) => {
              const chosen = names.filter((other) => (other === name ? checked : named.includes(other)));
              form.change('notify', chosen.length === 0 ? undefined : chosen);
            }}
          />
          {name}
        </label>
      ))}
      {named.length === 0 && <p className="dim">{texts.routesDecide}</p>}
      <Wrong problems={form.placed.at('notify')} />
    </fieldset>
  );
}
