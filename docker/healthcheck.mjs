// The image's health check: exit 0 when /readyz of the program in this container says so, else 1 with its reasons.
const { LOGWEIR_API_PORT: port = 4280, LOGWEIR_API_TLS_CERT: certificate } = process.env;
const scheme = certificate ? 'https' : 'http';
const { get } = await import(`node:${scheme}`);
// It asks itself: whatever name the certificate has will do.
const request = get(`${scheme}://127.0.0.1:${port}/readyz`, { rejectUnauthorized: false, timeout: 8_000 }, (response) => {
  if (response.statusCode !== 200) response.pipe(process.stdout);
  process.exitCode = response.statusCode === 200 ? 0 : 1;
  response.resume();
});
request.on('timeout', () => request.destroy(new Error('no answer within 8 s')));
request.on('error', (error) => {
  process.stdout.write(`${scheme}, port ${port}: ${error.message}\n`);
  process.exitCode = 1;
});
