import { randomFillSync } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { v7, validate } from 'uuid';

declare const brand: unique symbol;
type Id<Name extends string> = string & { readonly [brand]: Name };

export type UserId = Id<'UserId'>;
export type SessionId = Id<'SessionId'>;
export type GroupId = Id<'GroupId'>;
export type ConversationId = Id<'ConversationId'>;
export type MessageId = Id<'MessageId'>;
export type ConnectionId = Id<'ConnectionId'>;
export type CallId = Id<'CallId'>;
export type AttachmentId = Id<'AttachmentId'>;
export type AuditEntryId = Id<'AuditEntryId'>;
type AnyId =
  UserId | SessionId | GroupId | ConversationId | MessageId | ConnectionId | CallId | AttachmentId | AuditEntryId;

const RANDOM_BYTES = 16;
/** Random bytes of so many ids are asked for at once: asking costs more than all else about an id. */
const IDS_AT_ONCE = 256;

/** Makes the ids of new things: UUID v7, so that they sort by the time they were made, also within a millisecond. */
@Injectable()
export class Ids {
  private readonly random = Buffer.alloc(RANDOM_BYTES * IDS_AT_ONCE);
  private used = this.random.length;
  private msecs = 0;
  private seq = 0;

  next<T extends AnyId>(): T {
    const random = this.nextRandom();
    const now = Date.now();
    if (now > this.msecs) {
      this.msecs = now;
      // Half of its range is left to count on.
      this.seq = random.readUInt32BE(0) >>> 1;
    } else {
      this.seq += 1;
    }
    return v7({ random, msecs: this.msecs, seq: this.seq }) as T;
  }

  private nextRandom(): Buffer {
    if (this.used === this.random.length) {
      randomFillSync(this.random);
      this.used = 0;
    }
    const from = this.used;
    this.used += RANDOM_BYTES;
    return this.random.subarray(from, this.used);
  }
}

/** The id in its canonical lower case, or undefined when the text is not a UUID. */
export function parseId<T extends AnyId>(text: unknown): T | undefined {
  return typeof text === 'string' && validate(text) ? (text.toLowerCase() as T) : undefined;
}

/** When an id of ours was made, in milliseconds. */
export function madeAt(id: AnyId): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}
