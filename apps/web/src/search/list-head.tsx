import { memo } from 'react';
import { messages } from '../messages/messages.js';
import { go } from '../state/use-page-state.js';

const { list } = messages;

export const ListHead = memo(({ columns }: { columns: readonly string[] }) => (
  <div className="row head" role="row" aria-rowindex={1}>
    <span role="columnheader" className="cell time">
      {list.time}
    </span>
    <span role="columnheader" className="cell level">
      {list.level}
    </span>
    {columns.map((name) => (
      <span key={name} role="columnheader" className={name === 'message' ? 'cell message' : 'cell'}>
        {name}
        {columns.length > 1 && (
          <button
            type="button"
            className="quiet"
            aria-label={list.removeColumn(name)}
            onClick={() => go({ columns: columns.filter((other) => other !== name) }, 'replace')}
          >
            ✕
          </button>
        )}
      </span>
    ))}
  </div>
));
