import { messages } from '../messages/messages.js';
import { go } from '../state/use-page-state.js';

export function FilterChips({ filters }: { filters: readonly string[] }) {
  if (filters.length === 0) return null;
  return (
    <ul className="chips" aria-label={messages.search.filters}>
      {filters.map((filter) => (
        <li key={filter}>
          <code>{filter}</code>
          <button
            type="button"
            className="quiet"
            aria-label={messages.search.removeFilter(filter)}
            onClick={() => go({ filters: filters.filter((other) => other !== filter) })}
          >
            ✕
          </button>
        </li>
      ))}
    </ul>
  );
}
