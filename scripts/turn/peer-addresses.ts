import type { Family } from './turn-client.js';

/** Addresses to which a TURN server for strangers must not relay, one of each kind. */
export const FORBIDDEN_PEERS: Record<Family, readonly { address: string; what: string }[]> = {
  IPv4: [
    { address: '0.0.0.0', what: 'this host' },
    { address: '127.0.0.1', what: 'loopback' },
    { address: '10.0.0.1', what: 'private' },
    { address: '172.16.0.1', what: 'private' },
    { address: '172.31.255.254', what: 'private' },
    { address: '192.168.0.1', what: 'private' },
    { address: '100.64.0.1', what: 'carrier-grade NAT' },
    { address: '169.254.169.254', what: 'link-local, metadata of clouds' },
    { address: '224.0.0.1', what: 'multicast' },
    { address: '255.255.255.255', what: 'broadcast' },
  ],
  IPv6: [
    { address: '0:0:0:0:0:0:0:0', what: 'this host' },
    { address: '0:0:0:0:0:0:0:1', what: 'loopback' },
    { address: 'fe80:0:0:0:0:0:0:1', what: 'link-local' },
    { address: 'fec0:0:0:0:0:0:0:1', what: 'site-local' },
    { address: 'fd00:0:0:0:0:0:0:1', what: 'unique local' },
    { address: 'ff02:0:0:0:0:0:0:1', what: 'multicast' },
    { address: '0:0:0:0:0:ffff:7f00:1', what: '127.0.0.1 mapped to IPv6' },
    { address: '0:0:0:0:0:ffff:a00:1', what: '10.0.0.1 mapped to IPv6' },
    { address: '0:0:0:0:0:0:7f00:1', what: '127.0.0.1 as IPv4-compatible IPv6' },
    { address: '0:0:0:0:ffff:0:a00:1', what: '10.0.0.1 translated to IPv6' },
    { address: '64:ff9b:0:0:0:0:a00:1', what: '10.0.0.1 by NAT64' },
    { address: '64:ff9b:1:0:0:0:a00:1', what: '10.0.0.1 by local NAT64' },
    { address: '2002:a00:1:0:0:0:0:1', what: '10.0.0.1 by 6to4' },
    { address: '2001:0:a00:1:0:0:f5ff:fffe', what: '10.0.0.1 by Teredo' },
  ],
};

/** Of public resolvers: asked for to see that not everything is refused. */
export const PUBLIC_PEERS: Record<Family, string> = { IPv4: '1.1.1.1', IPv6: '2606:4700:4700:0:0:0:0:1111' };
