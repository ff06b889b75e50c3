import { describe, expect, it } from 'vitest';
import { isBlockedAddress } from './blocked-address.ts';

const BLOCKED = `
  0.0.0.0 0.1.2.3 10.0.0.1 100.64.0.1 100.100.100.200 127.0.0.1 127.255.255.254 169.254.169.254 172.16.0.1
  172.31.255.255 192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.9 224.0.0.1
  239.255.255.255 240.0.0.1 255.255.255.255 168.63.129.16
  :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 ::ffff:0:127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::a00:1
  100::1 2001::1 2001:0:7f00:1:: 2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 4000::1 5f00::1 fc00::1
  fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
  localhost 127.1 0x7f000001 2130706433 0177.0.0.1 1.1.1.1/32
`.match(/\S+/g);

describe('an address that is not public', () => {
  it.each([...(BLOCKED ?? []), '', ' 1.1.1.1', '1.1.1.1 '])('is blocked: %s', (address) => {
    expect(isBlockedAddress(address)).toBe(true);
  });

  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.1',
    '100.128.0.1',
    '192.0.1.1',
    '223.255.255.254',
  ])('is not one of these: %s', (address) => expect(isBlockedAddress(address)).toBe(false));

  it.each(['2606:4700:4700::1111', '2a00:1450:4001::1', '2001:4860:4860::8888'])(
    'is not one of these: %s',
    (address) => expect(isBlockedAddress(address)).toBe(false),
  );
});
