/** The one line of stdout: how long the start took, since the process began, and every address with its real port. */
export function startLine(addresses: Readonly<Record<string, string>>, seconds: number): string {
  return [`logweir ready in ${seconds.toFixed(1)} s`, ...Object.entries(addresses).map(([name, address]) => `${name} ${address}`)].join(
    ' · ',
  );
}
