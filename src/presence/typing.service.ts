import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';
import type { ConnectionId } from '../common/ids.js';

/** A typing notice ends by itself after this time (protocol section 2). */
const TYPING_EXPIRY_MS = 6000;

/** Tells the audience whether somebody types. */
type Announce = (isTyping: boolean) => Promise<void>;

interface Typing {
  expiry: Cancel;
  announce: Announce;
}

/** Which connections are typing: ended by themselves, or with their connection. Volatile, never stored. */
@Injectable()
export class TypingService {
  private readonly typing = new Map<ConnectionId, Typing>();

  constructor(
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  /** Announces it; for `true` announces the end too, unless it is renewed within six seconds. */
  async set(connectionId: ConnectionId, isTyping: boolean, announce: Announce): Promise<void> {
    this.forget(connectionId);
    if (isTyping) {
      const expiry = this.clock.after(TYPING_EXPIRY_MS, () => {
        this.tasks.run('typing expiry', () => this.end(connectionId));
      });
      this.typing.set(connectionId, { expiry, announce });
    }
    await announce(isTyping);
  }

  /** Ends what a connection was typing, if it was. */
  async end(connectionId: ConnectionId): Promise<void> {
    await this.forget(connectionId)?.announce(false);
  }

  private forget(connectionId: ConnectionId): Typing | undefined {
    const typing = this.typing.get(connectionId);
    typing?.expiry();
    this.typing.delete(connectionId);
    return typing;
  }
}
