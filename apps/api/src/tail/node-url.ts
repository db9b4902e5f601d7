/** Where other machines reach a listener: as it is, or by the host's name when it listens at all addresses. */
export function nodeUrl(address: string, host: string): string {
  return address.replace(/^(https?:\/\/)(?:0\.0\.0\.0|\[::\])(?=:\d+$)/, `$1${host}`);
}
