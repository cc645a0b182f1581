import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Settings } from '../../config/settings.js';
import { FileTooLarge, QuotaUsedUp } from '../attachments.errors.js';

/** What the form around a file may take. */
const FORM_BYTES = 16_384;

/** Bytes of the body, where the client says it: the file has fewer. */
export function announcedBytes({ headers }: Request): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

/** How much one file, and all of a user, may take. */
@Injectable()
export class UploadLimits {
  private readonly most: number;
  private readonly quota: number;

  constructor({ UPLOAD_MAX_BYTES, UPLOAD_QUOTA_BYTES }: Settings) {
    this.most = UPLOAD_MAX_BYTES;
    this.quota = UPLOAD_QUOTA_BYTES === 0 ? Infinity : UPLOAD_QUOTA_BYTES;
  }

  /** @throws FileTooLarge */
  requireSize(announced = 0): void {
    if (announced - FORM_BYTES > this.most) throw new FileTooLarge(this.most);
  }

  /** The bytes that a file may have, which are counted as used until it is there. @throws QuotaUsedUp */
  roomFor(announced: number | undefined, used: number): number {
    const left = this.quota - used;
    if (left <= 0 || (announced ?? 0) - FORM_BYTES > left) throw new QuotaUsedUp(this.quota);
    return Math.min(announced ?? this.most, this.most, left);
  }

  /** Why a file with more bytes than `room` is refused: what is announced is never less than the file. */
  tooMuch(room: number): Error {
    return room === this.most ? new FileTooLarge(this.most) : new QuotaUsedUp(this.quota);
  }
}
