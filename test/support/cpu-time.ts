/** Milliseconds of CPU that `run` takes at least: neither neighbours on the machine count, nor a collection that falls into one of three runs. */
export function cpuMs(run: () => void): number {
  let least = Infinity;
  for (let times = 0; times < 3; times++) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1_000);
  }
  return least;
}
