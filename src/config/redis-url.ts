/** Where a Redis, or a Redis Cluster, is reached. */
export interface RedisAddress {
  /** One server, or some of a cluster's. */
  readonly servers: readonly { readonly host: string; readonly port: number }[];
  readonly username: string;
  readonly password: string;
  readonly database: number;
  readonly tls: boolean;
}

const DEFAULT_PORT = 6379;

/**
 * Reads `redis://user:password@host:6379/0`, or `rediss:` for TLS. Several servers of one cluster have commas between:
 * `redis://user:password@h1:6379,h2:6379`. Undefined: it is not such a URL.
 */
export function parseRedisUrl(text: string): RedisAddress | undefined {
  const [, scheme = '', credentials = '', hosts = '', path = ''] =
    /^(rediss?:)\/\/((?:[^@/?#]*@)?)([^/?#]+)(\/\d{0,4})?\/?$/i.exec(text) ?? [];
  const urls = hosts.split(',').map((host) => asUrl(`${scheme}//${credentials}${host.trim()}`));
  const servers = urls.flatMap((url) => (url?.hostname ? [{ host: bare(url.hostname), port: portOf(url) }] : []));
  const [first] = urls;
  if (!first || servers.length !== urls.length) return undefined;
  const [username, password] = [decoded(first.username), decoded(first.password)];
  if (username === undefined || password === undefined) return undefined;
  const tls = first.protocol === 'rediss:';
  return { servers, username, password, database: Number(path.slice(1)), tls };
}

function asUrl(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function portOf({ port }: URL): number {
  return port === '' ? DEFAULT_PORT : Number(port);
}

/** A client wants an IPv6 address without its brackets. */
function bare(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
