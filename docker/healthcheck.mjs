// The image's health check: exit 0 when /readyz of the program in this container says so, else 1 with its reasons.
const url = `http://127.0.0.1:${process.env.LOGWEIR_API_PORT ?? 4280}/readyz`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(3_500) });
  if (!response.ok) process.stdout.write(`${await response.text()}\n`);
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`${url}: ${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
