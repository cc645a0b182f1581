import { CloseCode } from './close-codes.js';

/** What a client makes of a close code; the SDK's decision, in one word. */
type ClientReaction = 'stop' | 'retry' | 'resume' | 'refresh' | 'fix';

export interface CloseCodeMeaning {
  meaning: string;
  reaction: ClientReaction;
  /** The same, for people. */
  client: string;
}

const FIX = { reaction: 'fix', client: 'Fix the client: the same again ends the same way.' } as const;
const STOP = { reaction: 'stop', client: 'Stop: to try again changes nothing.' } as const;
const RETRY = { reaction: 'retry', client: 'Reconnect with backoff.' } as const;

/** Each close code, what it means and what the client should do (protocol section 1.2). */
export const CLOSE_CODE_MEANINGS: Record<CloseCode, CloseCodeMeaning> = {
  [CloseCode.Normal]: { meaning: 'Done.', reaction: 'stop', client: 'Nothing: somebody meant to end it.' },
  [CloseCode.GoingAway]: {
    meaning: 'Going away.',
    reaction: 'resume',
    client: 'Reconnect after the delay of `going_away`, else with backoff, and resume.',
  },
  [CloseCode.ProtocolError]: { meaning: 'A frame breaks RFC 6455.', ...FIX },
  [CloseCode.BinaryFrame]: { meaning: 'A binary frame: only text is taken.', ...FIX },
  [CloseCode.InvalidUtf8]: { meaning: 'A text frame is not valid UTF-8.', ...FIX },
  [CloseCode.TooManyFragments]: { meaning: 'A message in too many fragments.', ...FIX },
  [CloseCode.TooLarge]: { meaning: 'A frame is over `WS_MAX_PAYLOAD_BYTES` (65536).', ...FIX },
  [CloseCode.Internal]: { meaning: 'Our fault; it has been logged.', ...RETRY },
  [CloseCode.ServerRestart]: {
    meaning: 'The server restarts, as planned.',
    reaction: 'resume',
    client: 'Reconnect after the delay of `going_away`, else with backoff, and resume.',
  },
  [CloseCode.Overloaded]: { meaning: 'Overloaded, or the database is away.', ...RETRY },
  [CloseCode.BadRequest]: { meaning: 'Bad path or query: not a UUID, a bad room id, oneself as the other.', ...STOP },
  [CloseCode.Unauthenticated]: {
    meaning: 'No valid credential any more: a bad or expired token, or the session has ended.',
    reaction: 'refresh',
    client: 'Refresh the token, then reconnect; sign in anew if that is refused.',
  },
  [CloseCode.Forbidden]: {
    meaning: 'Not allowed: not a member (or no such thing: a stranger cannot tell which), banned, kicked, room full.',
    ...STOP,
  },
  [CloseCode.NoSuchUser]: { meaning: 'There is no such user.', ...STOP },
  [CloseCode.AuthTimeout]: {
    meaning: 'No `auth_token` came in time.',
    reaction: 'retry',
    client: 'Reconnect, and send `auth_token` at once.',
  },
  [CloseCode.Replaced]: { meaning: 'Replaced by a newer connection with the same client id.', ...STOP },
  [CloseCode.TooSlow]: {
    meaning:
      'Too slow: the outbound queue is over `WS_MAX_BUFFERED_BYTES` (1 MiB). A client that reads nothing sees 1006 instead.',
    reaction: 'resume',
    client: 'Reconnect, and resume with `since`.',
  },
  [CloseCode.Flooding]: {
    meaning: 'Flooding, or too many connections of one user.',
    reaction: 'retry',
    client: 'Back off: wait longer each time.',
  },
};

/** The answers to an upgrade that is refused before there is a socket to close. */
export const UPGRADE_REFUSALS: Readonly<Record<number, string>> = {
  403: 'The `Origin` is not allowed (`CORS_ORIGINS`).',
  404: 'No gateway serves this path.',
  429: 'Too many connections that have not authenticated, from one address.',
  503: 'The server is stopping: reconnect with backoff.',
};
