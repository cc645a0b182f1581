import type { ChangesPage, LogSnapshot } from '../../messages/message-history.service.js';
import { OtherEpoch } from '../../messages/messages.errors.js';
import type { MessageState } from '../../messages/message.js';
import type { LiveRoster } from '../../presence/roster.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { encodeFrame, FrameRun } from '../../realtime/wire.js';
import type { Frame } from '../../realtime/wire.js';
import type { ConversationDialect } from './conversation-dialect.js';
import type { Seat } from './seat.js';

/** What a replay writes before it looks whether the client takes it. */
const PART_BYTES = 64 * 1024;

export interface Greeting {
  snapshot: LogSnapshot;
  roster: LiveRoster;
  /** Reads the next page of a replay: everything after a number. */
  replayOn: (since: number) => Promise<ChangesPage>;
}

/**
 * The first frames of a connection (protocol section 2). Answers with the number that the live stream goes on after.
 */
export async function greet(
  seat: Seat,
  dialect: ConversationDialect,
  { snapshot, roster, replayOn }: Greeting,
): Promise<number> {
  const greeting = dialect.greeting(roster);
  if (greeting) seat.sendFrame(greeting);
  seat.send(dialect.connected(snapshot, roster));
  if (snapshot.history) {
    seat.send(dialect.history(snapshot.history));
    // It may be larger than what may wait for a client: the stream goes on when it has been taken.
    await seat.drained();
  }
  const { resume } = snapshot;
  if (!resume) return snapshot.lastSeq;
  if (!resume.complete) {
    seat.send(dialect.resumed(resume, snapshot.lastSeq));
    return snapshot.lastSeq;
  }
  const head = await replay(seat, dialect, { from: resume.from, first: resume.missed, replayOn });
  seat.send(dialect.resumed(resume, head));
  return head;
}

/** The frames of messages, cut into parts that are each written at once. */
function* partsOf(messages: readonly MessageState[], encode: (message: MessageState) => Frame): Generator<Frame[]> {
  let part: Frame[] = [];
  let bytes = 0;
  for (const message of messages) {
    const frame = encode(message);
    part.push(frame);
    bytes += frame.bytes.length;
    if (bytes < PART_BYTES) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}

/**
 * Goes out as fast as the client takes it: a page is read once the client has taken the one before, so that one who
 * reads slowly neither fills the memory nor is cut for what it has asked for.
 */
async function replay(
  seat: Seat,
  dialect: ConversationDialect,
  { from, first, replayOn }: { from: number; first: ChangesPage } & Pick<Greeting, 'replayOn'>,
): Promise<number> {
  // A message that changes during a long replay comes again, and is news the first time only.
  const told = new Set<number>();
  let page = first;
  for (;;) {
    for (const frames of partsOf(page.items, (message) => {
      const isNew = message.seq > from && !told.has(message.seq);
      told.add(message.seq);
      return encodeFrame(dialect.replayed(message, isNew));
    })) {
      seat.sendFrame(new FrameRun(frames).from(0));
      await seat.drained();
    }
    const last = page.items.at(-1);
    if (!page.hasMore || last === undefined || !seat.isOpen) return page.lastSeq;
    page = await replayOn(last.rev).catch((error: unknown) => {
      if (!(error instanceof OtherEpoch)) throw error;
      // What has been replayed is of a log that is no more: the client asks again, and learns that it must reload.
      seat.close(CloseCode.ServerRestart, 'the log was restored');
      return { ...page, items: [], hasMore: false };
    });
  }
}
