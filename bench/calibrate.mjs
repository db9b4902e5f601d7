// How fast is this machine, today? CPU microseconds for one corpus line through JSON.parse and JSON.stringify (text lines: stringify alone).
// Divide every µs/record by this figure before comparing runs of two days or two machines.   load -print 100000 | node calibrate.mjs
import { readFileSync } from 'node:fs';
const lines = readFileSync(0, 'utf8').trimEnd().split('\n');
const pass = () => {
  let bytes = 0;
  for (const line of lines) bytes += JSON.stringify({ message: line[0] === '{' ? JSON.parse(line) : line }).length;
  return bytes;
};
pass();
const runs = [];
for (let i = 0; i < 7; i++) {
  const before = process.cpuUsage();
  pass();
  const { user, system } = process.cpuUsage(before);
  runs.push((user + system) / lines.length);
}
console.log(runs.sort((a, b) => a - b)[3].toFixed(3));
