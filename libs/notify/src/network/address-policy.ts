/**
 * Where receivers may reach. A hub in somebody's own network has to reach private hosts, so those are allowed; link-local
 * addresses (the metadata services of clouds), addresses that lead back to our own doors, and addresses that are nobody's
 * are not. With a list of allowed targets nothing else is reached.
 *
 * Both ways to an address are checked: a literal has no look-up, a name has one, and the socket uses the very addresses
 * that passed here. There is no second look-up that could give others.
 */
import { lookup as systemLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { networkInterfaces } from 'node:os';
import { DeniedAddressError, InvalidTargetError } from '../errors.js';
import { plainAddress } from './address.js';

/** Never, also not when a list allows them: link-local with the metadata services, nobody's, many at once. */
const DENIED = [
  '169.254.0.0/16',
  'fe80::/10',
  '0.0.0.0/8',
  '::/128',
  '224.0.0.0/3',
  'ff00::/8',
  // Metadata services that are not link-local: AWS, Google, Alibaba, Azure, Oracle.
  'fd00:ec2::/32',
  'fd20:ce::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
];

export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

export interface AddressPolicyOptions {
  /** Not empty: nothing but these. Host names, `*.example.com`, addresses, networks (`10.0.0.0/8`). */
  readonly allowed?: readonly string[];
  /** Ports this process listens on: refused on the addresses of this machine. */
  readonly ownPorts?: readonly number[];
  /** Addresses of this machine; default: its network interfaces, asked each time. Loopback always counts. */
  readonly ownAddresses?: () => readonly string[];
  /** Default: the system's. */
  readonly resolve?: Resolve;
}

/** Constructing one throws InvalidTargetError when `allowed` has an entry that is no host, address or network. */
export class AddressPolicy {
  private readonly strict: boolean;
  private readonly denied = networks(DENIED);
  private readonly loopback = networks(['127.0.0.0/8', '::1/128']);
  private readonly allowedNetworks: BlockList;
  private readonly allowedNames: readonly string[];
  private readonly ownPorts: ReadonlySet<number>;
  private readonly ownAddresses: () => readonly string[];
  private readonly resolve: Resolve;

  constructor(options: AddressPolicyOptions = {}) {
    const allowed = options.allowed ?? [];
    this.allowedNetworks = networks(allowed.filter(isNetwork));
    this.allowedNames = allowed.filter((entry) => !isNetwork(entry)).map((entry) => entry.toLowerCase());
    this.strict = allowed.length > 0;
    this.ownPorts = new Set(options.ownPorts);
    this.ownAddresses = options.ownAddresses ?? interfaceAddresses;
    this.resolve = options.resolve ?? systemLookup;
  }

  /**
   * For a literal and for a name, before anything is connected; `hostname` as the URL parser writes it.
   * @throws DeniedAddressError
   */
  check(hostname: string, port: number): void {
    const address = plainAddress(hostname);
    if (isIP(address) !== 0) this.checkAddress(address, port, false);
    else if (this.strict && !this.isNameAllowed(hostname) && !this.hasNetworks()) throw this.notListed(hostname);
  }

  /** The look-up for sockets to this port: gives only addresses that may be reached. */
  lookup(port: number): LookupFunction {
    return (hostname, options, callback) => {
      this.resolve(hostname, { ...options, all: true }, (error, addresses) => {
        if (error !== null) return callback(error, '', 0);
        const [reachable, refusal] = this.reachable(hostname, port, addresses);
        const [first] = reachable;
        if (first === undefined) return callback(refusal ?? new DeniedAddressError(`${hostname} has no address`), '', 0);
        if (options.all === true) return callback(null, reachable);
        return callback(null, first.address, first.family);
      });
    };
  }

  private reachable(
    hostname: string,
    port: number,
    addresses: readonly LookupAddress[],
  ): [LookupAddress[], DeniedAddressError | undefined] {
    const named = this.isNameAllowed(hostname);
    let refusal: DeniedAddressError | undefined;
    const reachable = addresses.filter(({ address }) => {
      try {
        this.checkAddress(plainAddress(address), port, named);
        return true;
      } catch (error) {
        if (!(error instanceof DeniedAddressError)) throw error;
        refusal = new DeniedAddressError(`${hostname} leads to an address that may not be reached: ${error.message}`);
        return false;
      }
    });
    return [reachable, refusal];
  }

  private checkAddress(address: string, port: number, named: boolean): void {
    if (contains(this.denied, address)) throw new DeniedAddressError(`${address} is link-local, a metadata service or nobody's address`);
    if (this.ownPorts.has(port) && this.isOwn(address)) throw new DeniedAddressError(`${address} port ${port} is one of our own doors`);
    if (this.strict && !named && !contains(this.allowedNetworks, address)) throw this.notListed(address);
  }

  private isOwn(address: string): boolean {
    return contains(this.loopback, address) || this.ownAddresses().some((own) => plainAddress(own) === address);
  }

  private isNameAllowed(hostname: string): boolean {
    const name = hostname.toLowerCase().replace(/\.$/, '');
    return this.allowedNames.some((allowed) => (allowed.startsWith('*.') ? name.endsWith(allowed.slice(1)) : name === allowed));
  }

  private hasNetworks(): boolean {
    return this.allowedNetworks.rules.length > 0;
  }

  private notListed(target: string): DeniedAddressError {
    return new DeniedAddressError(`${target} is not in the list of allowed targets`);
  }
}

const HOST = /^(\*\.)?[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/i;

function isNetwork(entry: string): boolean {
  if (isIP(entry.split('/')[0] ?? '') !== 0) return true;
  if (!HOST.test(entry)) throw new InvalidTargetError(`"${entry}" is no host name, address or network (10.0.0.0/8)`);
  return false;
}

function networks(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', length] = entry.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    const most = family === 'ipv6' ? 128 : 32;
    const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : -1;
    if (bits < 0 || bits > most) throw new InvalidTargetError(`"${entry}" is no network: write it as address/bits with 0 to ${most} bits`);
    list.addSubnet(address, bits, family);
  }
  return list;
}

function contains(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

function interfaceAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}
