import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';

const CODE = /^[A-Za-z0-9_-]{1,32}$/;

/** Makes the codes of invites: whoever knows one may join, so that it is not to be guessed (96 random bits). */
@Injectable()
export class InviteCodes {
  next(): string {
    return randomBytes(12).toString('base64url');
  }

  /** Whether the text may be a code at all; nothing else reaches the database. */
  looksRight(text: string): boolean {
    return CODE.test(text);
  }
}
