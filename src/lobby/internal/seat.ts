import type { LobbyListener } from '../lobby-listener.js';

/** A bounded wait: a seat whose answer is not sent yet keeps so many calls. */
const MOST_HELD = 1000;

/** A connection's place in a room. It is told nothing before `release`, so that the answer to its command comes first. */
export class Seat {
  private held: ((listener: LobbyListener) => void)[] | undefined = [];

  constructor(
    readonly roomId: string,
    readonly playerId: string,
    /** Names the connection, for the leased set. */
    readonly token: string,
    private readonly listener: LobbyListener,
  ) {}

  tell(call: (listener: LobbyListener) => void): void {
    if (this.held === undefined) call(this.listener);
    else if (this.held.length < MOST_HELD) this.held.push(call);
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const call of held) call(this.listener);
  }
}
