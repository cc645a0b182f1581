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
type AnyId = UserId | SessionId | GroupId | ConversationId | MessageId | ConnectionId;

/** Makes the ids of new things: UUID v7, so that they sort by the time they were made. */
@Injectable()
export class Ids {
  next<T extends AnyId>(): T {
    return v7() as T;
  }
}

/** The id in its canonical lower case, or undefined when the text is not a UUID. */
export function parseId<T extends AnyId>(text: unknown): T | undefined {
  return typeof text === 'string' && validate(text) ? (text.toLowerCase() as T) : undefined;
}
