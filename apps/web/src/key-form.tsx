import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { isKnownKey } from './api/client.js';
import { keepKey } from './api/key.js';
import { Dialog } from './dialog.js';
import { messages } from './messages/messages.js';

/** Asks for an API key until one is given; then everything is asked again with it. */
export function KeyForm() {
  const [key, setKey] = useState('');
  const queries = useQueryClient();
  const attempt = useMutation({
    mutationFn: isKnownKey,
    onSuccess: (known, tried) => {
      if (!known) return undefined;
      keepKey(tried);
      return queries.resetQueries();
    },
  });
  const use = (event: FormEvent): void => {
    event.preventDefault();
    attempt.mutate(key.trim());
  };
  return (
    <Dialog title={messages.key.title}>
      <form onSubmit={use}>
        <p>{messages.key.why}</p>
        <label>
          {messages.key.label}
          <input type="password" value={key} onChange={(event) => setKey(event.target.value)} autoComplete="off" required autoFocus />
        </label>
        {attempt.data === false && (
          <p className="warning" role="alert">
            {messages.key.unknown}
          </p>
        )}
        {attempt.error !== null && (
          <p className="warning" role="alert">
            {attempt.error.message}
          </p>
        )}
        <p className="dim">{messages.key.how}</p>
        <button type="submit">{messages.key.use}</button>
      </form>
    </Dialog>
  );
}
