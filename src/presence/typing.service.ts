import { Injectable } from '@nestjs/common';
import { BackgroundTasks } from '../common/background-tasks.js';
import { Cancel, Clock } from '../common/clock.js';

/** A typing notice ends by itself after this time (protocol section 2). */
export const TYPING_EXPIRY_MS = 6000;

/** Tells the audience whether somebody types. */
type Announce = (isTyping: boolean) => Promise<void>;

interface Typing {
  expiry: Cancel;
  announce: Announce;
}

/** Who is typing: `where` is a connection's own object for a conversation. Ended by itself, or with it. Volatile, never stored. */
@Injectable()
export class TypingService {
  private readonly typing = new Map<object, Typing>();

  constructor(
    private readonly clock: Clock,
    private readonly tasks: BackgroundTasks,
  ) {}

  /** Announces it; for `true` announces the end too, unless it is renewed within six seconds. */
  async set(where: object, isTyping: boolean, announce: Announce): Promise<void> {
    this.forget(where);
    if (isTyping) {
      const expiry = this.clock.after(TYPING_EXPIRY_MS, () => {
        this.tasks.run('typing expiry', () => this.end(where));
      });
      this.typing.set(where, { expiry, announce });
    }
    await announce(isTyping);
  }

  /** Ends what was being typed there, if anything was. */
  async end(where: object): Promise<void> {
    await this.forget(where)?.announce(false);
  }

  private forget(where: object): Typing | undefined {
    const typing = this.typing.get(where);
    typing?.expiry();
    this.typing.delete(where);
    return typing;
  }
}
