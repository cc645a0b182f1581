import { randomBytes } from 'node:crypto';

const CODE = /^[A-Za-z0-9_-]{1,32}$/;

/** Whoever knows an invite's code may join, so that it is not to be guessed: 96 random bits. */
export function makeInviteCode(): string {
  return randomBytes(12).toString('base64url');
}

/** The text, or undefined when it cannot be a code; nothing else reaches the database. */
export function parseInviteCode(text: string): string | undefined {
  return CODE.test(text) ? text : undefined;
}
