import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const BYTES = 32;

/** 256 random bits, in letters that fit a URL. */
export function newOpaqueToken(): string {
  return randomBytes(BYTES).toString('base64url');
}

/** What is stored of a token: who reads the database cannot use it. */
export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Derives the key of `successorOf` from the server's secret. */
export function successorKey(secret: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', 'parley refresh token successor', BYTES));
}

/** The one token that may follow this one: a client whose answer was lost asks again and gets the very same. */
export function successorOf(token: string, key: Buffer): string {
  return createHmac('sha256', key).update(token).digest('base64url');
}
