import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import type { DmView } from '../../dms/dm.js';
import { NoSuchUser, SelfConversation } from '../../dms/dms.errors.js';
import { DmsService } from '../../dms/dms.service.js';
import { toDmMessage } from '../../messages/dto/message.dto.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import { encodeFrame, FrameRun } from '../../realtime/wire.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import type { ConversationDialect } from '../shared/conversation-dialect.js';
import { ChangeFrames } from '../shared/change-frames.js';
import type { DmConnection } from './dm.context.js';
import type * as shapes from './dm.event-shapes.js';
import { audienceOf, messageEvent, onlineEvent, presenceFrame } from './dm.events.js';

/** Who may connect to a direct conversation, and the first frames that they get (protocol section 3). */
@Injectable()
export class DmAdmission {
  constructor(
    private readonly dms: DmsService,
    private readonly stream: ConversationStream,
    private readonly settings: Settings,
    private readonly clock: Clock,
  ) {}

  /** @throws AdmissionRefused 4400 for oneself, 4404 for an unknown user */
  async admit(connection: DmConnection): Promise<void> {
    const dm = await this.openDm(connection);
    connection.context.admitTo(dm);
    await this.stream.open(connection, dm.conversationId, this.dialectOf(connection, dm));
  }

  private async openDm({ userId, context }: DmConnection): Promise<DmView> {
    try {
      return await this.dms.open(userId, context.otherUserId);
    } catch (error) {
      if (error instanceof SelfConversation) throw new AdmissionRefused(CloseCode.BadRequest, 'oneself');
      if (error instanceof NoSuchUser) throw new AdmissionRefused(CloseCode.NoSuchUser, 'no such user');
      throw error;
    }
  }

  private dialectOf({ id, user, context }: DmConnection, dm: DmView): ConversationDialect {
    const { conversationId, otherUserId, otherUsername } = dm;
    const sides = [user.userId, otherUserId];
    const changes = new ChangeFrames(
      (run) =>
        new FrameRun(run.map(({ rev, message }) => encodeFrame(messageEvent(message, sides, rev === message.seq)))),
    );
    return {
      audience: audienceOf(conversationId),
      greeting: ({ users }) => {
        const other = users.find(({ userId }) => userId === otherUserId);
        return other && encodeFrame(onlineEvent(conversationId, other));
      },
      connected: ({ lastSeq, epoch }, { users, stale }) =>
        ({
          type: 'connected',
          connection_id: id,
          user_id: user.userId,
          username: user.username,
          conversation_id: conversationId,
          other_user_id: otherUserId,
          other_username: otherUsername,
          other_user_online: users.some(({ userId }) => userId === otherUserId),
          last_seq: lastSeq,
          epoch,
          heartbeat_interval_ms: this.settings.WS_HEARTBEAT_INTERVAL_MS,
          server_time: this.clock.date().toISOString(),
          ...(stale && { stale }),
        }) satisfies shapes.DmConnectedEvent,
      history: ({ messages, hasMore }) =>
        ({
          type: 'history',
          conversation_id: conversationId,
          messages: messages.map((message) => toDmMessage(message, sides)),
          has_more: hasMore,
        }) satisfies shapes.DmHistoryEvent,
      replayed: (message, isNew) => messageEvent(message, sides, isNew),
      resumed: ({ from, complete }, lastSeq) =>
        ({
          type: 'resumed',
          conversation_id: conversationId,
          from_seq: from,
          last_seq: lastSeq,
          complete,
        }) satisfies shapes.DmResumedEvent,
      changes,
      ...(context.request.presence !== 'none' && {
        presence: { changed: (transitions, from) => presenceFrame(conversationId, transitions.slice(from)) },
      }),
    };
  }
}
