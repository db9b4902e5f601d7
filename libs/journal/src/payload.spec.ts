import { rescueLines } from './payload.js';

describe('what a failed write did not store', () => {
  it('gives records behind their sequence and parts as texts of their own, and leaves ends out', () => {
    const payload = [
      '{"create":{"_id":"a-1"}}\n{"event":{"sequence":1073741900,"created":"x"},"message":"서버"}\n',
      '{"part":{"_id":"a-2","first":12,"separator":"\\n"}}\n{"text":"at x"}\n',
      '{"end":{"first":12}}\n{}\n',
      '{"create":{"_id":"a-4"}}\n{"event":{"sequence":7}}\n',
    ];
    expect(rescueLines(Buffer.from(payload.join('')))).toEqual([
      ',"created":"x"},"message":"서버"}',
      { body: '{"text":"at x"}', separator: '\n' },
      '}}',
    ]);
  });
});
