import { createHmac, randomUUID } from 'node:crypto';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

export interface TokenParts {
  header?: Record<string, unknown>;
  claims?: Record<string, unknown>;
}

/** Changes parts of a token, and signs it again with whatever key a forger has; `''` leaves no signature. */
export function forge(token: string, { header, claims }: TokenParts, key: string, hash = 'sha256'): string {
  const [oldHeader, oldClaims] = decode(token);
  const signed = `${encode({ ...oldHeader, ...header })}.${encode({ ...oldClaims, jti: randomUUID(), ...claims })}`;
  return `${signed}.${key === '' ? '' : createHmac(hash, key).update(signed).digest('base64url')}`;
}

/** The header and the claims of a token. */
export function decode(token: string): [Record<string, unknown>, Record<string, unknown>] {
  const [header = '', claims = ''] = token.split('.');
  const parse = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
  return [parse(header), parse(claims)];
}
