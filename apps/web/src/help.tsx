import { currentKey, keepKey, requireKey } from './api/key.js';
import { Dialog } from './dialog.js';
import { messages } from './messages/messages.js';

const { help } = messages;
const KEYS: readonly (readonly [readonly string[], string])[] = [
  [['/'], help.search],
  [['j', 'k'], help.next],
  [['Enter'], help.open],
  [['t'], help.tail],
  [['p'], help.pause],
  [['h'], help.times],
  [['?'], help.help],
  [['Esc'], help.escape],
];

export function Help({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={help.title} onClose={onClose}>
      <dl className="keys">
        {KEYS.map(([keys, meaning]) => (
          <div key={meaning}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <h3>{help.language}</h3>
      <dl className="keys">
        {help.examples.map(([query, meaning]) => (
          <div key={query}>
            <dt>
              <code>{query}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      {currentKey() !== undefined && (
        <button
          type="button"
          onClick={() => {
            onClose();
            keepKey(undefined);
            requireKey();
          }}
        >
          {messages.key.forget}
        </button>
      )}
    </Dialog>
  );
}
