/** Where a STUN or TURN URL of the settings leads. */
export interface IceUrl {
  kind: 'stun' | 'turn';
  host: string;
  port: number;
  transport: 'udp' | 'tcp' | 'tls' | 'dtls';
}

/** Reads a URL that the settings have accepted (RFC 7064, RFC 7065). */
export function parseIceUrl(url: string): IceUrl {
  const [, kind = '', secure, host = '', port, transport] =
    /^(stun|turn)(s?):(\[[^\]]+\]|[^:?]+)(?::(\d+))?(?:\?transport=(udp|tcp))?$/i.exec(url) ?? [];
  const isSecure = secure?.toLowerCase() === 's';
  const isUdp = transport === undefined ? !isSecure : transport.toLowerCase() === 'udp';
  return {
    kind: kind.toLowerCase() as IceUrl['kind'],
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port ?? (isSecure ? 5349 : 3478)),
    transport: isSecure ? (isUdp ? 'dtls' : 'tls') : isUdp ? 'udp' : 'tcp',
  };
}
