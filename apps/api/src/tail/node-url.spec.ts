import { nodeUrl } from './node-url.js';

describe('nodeUrl', () => {
  it.each([
    ['http://127.0.0.1:4280', 'http://127.0.0.1:4280'],
    ['http://0.0.0.0:4280', 'http://api-1:4280'],
    ['https://[::]:4280', 'https://api-1:4280'],
    ['http://10.0.0.0:80', 'http://10.0.0.0:80'],
  ])('of %s is %s', (address, url) => {
    expect(nodeUrl(address, 'api-1')).toBe(url);
  });
});
