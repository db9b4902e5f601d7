import { DeniedAddressError, InvalidTargetError } from '../errors.js';
import { plainAddress } from './address.js';
import { AddressPolicy } from './address-policy.js';

/** As the URL parser hands a host on. */
const hostOf = (host: string): string => new URL(`http://${host}/`).hostname;

function isAllowed(policy: AddressPolicy, host: string, port = 80): boolean {
  try {
    policy.check(hostOf(host), port);
    return true;
  } catch (error) {
    if (error instanceof DeniedAddressError) return false;
    throw error;
  }
}

describe('plainAddress', () => {
  it.each([
    ['::ffff:169.254.169.254', '169.254.169.254'],
    ['[::ffff:a9fe:a9fe]', '169.254.169.254'],
    ['::127.0.0.1', '127.0.0.1'],
    ['64:ff9b::a9fe:a9fe', '169.254.169.254'],
    ['2002:a9fe:a9fe::1', '169.254.169.254'],
    ['fe80::1%eth0', 'fe80::1'],
    ['::1', '::1'],
    ['::', '::'],
    ['2001:DB8::1', '2001:db8::1'],
    ['10.0.0.1', '10.0.0.1'],
    ['hooks.example', 'hooks.example'],
  ])('of %s is %s', (address, expected) => {
    expect(plainAddress(address)).toBe(expected);
  });
});

describe('AddressPolicy', () => {
  it.each(['10.1.2.3', '192.168.0.9', '127.0.0.1', '[::1]', '[fd12::1]', '93.184.216.34', 'hooks.example'])(
    'lets receivers reach %s by default',
    (host) => {
      expect(isAllowed(new AddressPolicy(), host)).toBe(true);
    },
  );

  it.each([
    '169.254.169.254',
    '0xa9fea9fe',
    '2852039166',
    '[::ffff:169.254.169.254]',
    '[fe80::1]',
    '[64:ff9b::169.254.169.254]',
    '0.0.0.0',
    '[::]',
    '224.0.0.1',
    '255.255.255.255',
    '[ff02::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '168.63.129.16',
  ])('never lets them reach %s', (host) => {
    expect(isAllowed(new AddressPolicy(), host)).toBe(false);
    expect(isAllowed(new AddressPolicy({ allowed: ['0.0.0.0/0', '::/0'] }), host)).toBe(false);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/x', '::1/129', 'https://hooks.example', 'a b', ''])(
    'refuses %j in a list, saying what is allowed',
    (entry) => {
      expect(() => new AddressPolicy({ allowed: [entry] })).toThrow(InvalidTargetError);
    },
  );

  it('denies our own ports on our own addresses only', () => {
    const policy = new AddressPolicy({ ownPorts: [4280], ownAddresses: () => ['10.0.0.5', 'fd12::5'] });
    expect(
      ['127.0.0.1', '127.9.9.9', '[::1]', '10.0.0.5', '[fd12::5]', '2130706433'].map((host) => isAllowed(policy, host, 4280)),
    ).not.toContain(true);
    expect([isAllowed(policy, '10.0.0.6', 4280), isAllowed(policy, '127.0.0.1', 4281)]).toEqual([true, true]);
  });

  it.each([
    ['10.1.2.3', true],
    ['11.1.2.3', false],
    ['[::ffff:10.1.2.3]', true],
    ['[2001:db8::7]', true],
    ['[2001:db9::7]', false],
    ['192.0.2.7', true],
    ['HOOKS.example', true],
    ['a.chat.example', true],
  ])('with a list reaches what it names: %s %s', (host, expected) => {
    const policy = new AddressPolicy({ allowed: ['10.0.0.0/8', '2001:db8::/32', '192.0.2.7', 'hooks.example', '*.chat.example'] });
    expect(isAllowed(policy, host)).toBe(expected);
  });

  it.each([
    ['hooks.example', true],
    ['chat.example', false],
    ['nothooks.example', false],
  ])('with a list of names only: %s %s', (host, expected) => {
    expect(isAllowed(new AddressPolicy({ allowed: ['hooks.example', '*.chat.example'] }), host)).toBe(expected);
  });

  it.each([
    ['hooks.example', '203.0.113.1', true],
    ['hooks.example', '169.254.169.254', false],
    ['other.example', '10.0.0.1', true],
    ['other.example', '203.0.113.1', false],
  ])('with a list looks at the address that a name leads to: %s at %s %s', (host, address, expected) => {
    const policy = new AddressPolicy({
      allowed: ['hooks.example', '10.0.0.0/8'],
      resolve: (_host, _options, callback) => callback(null, [{ address, family: 4 }]),
    });
    policy.lookup(80)(host, { all: true }, (error, found) => {
      expect(error === null ? found : error.name).toEqual(expected ? [{ address, family: 4 }] : 'DeniedAddressError');
    });
    expect.assertions(1);
  });
});
