// Takes every message and prints it as one line, { id, body }: `docker compose logs receiver` is what came.
import { createServer } from 'node:http';

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    process.stdout.write(`${JSON.stringify({ id: request.headers['webhook-id'], body })}\n`);
    response.writeHead(200).end();
  });
}).listen(9999);
