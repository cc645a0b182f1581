import { Injectable } from '@nestjs/common';
import type { UserId } from '../common/ids.js';
import { Broadcaster } from '../realtime/broadcaster.js';
import type { WireEvent } from '../realtime/wire.js';
import { userTopic } from './user-topics.js';

/** Pushes to the devices of one user, on every node: a hint each, of what REST tells whoever has missed it. */
@Injectable()
export class Pushes {
  constructor(private readonly broadcaster: Broadcaster) {}

  toUser(userId: UserId, event: WireEvent): Promise<void> {
    return this.broadcaster.publish(userTopic(userId), event);
  }
}
