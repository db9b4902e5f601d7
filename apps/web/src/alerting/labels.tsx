export function Labels({ labels }: { labels: Readonly<Record<string, string>> }) {
  return (
    <ul className="labels">
      {Object.entries(labels).map(([name, value]) => (
        <li key={name}>
          <code>
            {name}={JSON.stringify(value)}
          </code>
        </li>
      ))}
    </ul>
  );
}
