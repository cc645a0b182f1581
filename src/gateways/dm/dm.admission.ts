import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/clock.js';
import { Settings } from '../../config/settings.js';
import type { DmView } from '../../dms/dm.js';
import { NoSuchUser, SelfConversation } from '../../dms/dms.errors.js';
import { DmsService } from '../../dms/dms.service.js';
import { CloseCode } from '../../realtime/close-codes.js';
import { AdmissionRefused } from '../../realtime/raw-gateway.js';
import type { ConversationDialect } from '../shared/conversation-dialect.js';
import { ConversationStream } from '../shared/conversation-stream.js';
import { DmCalls } from './dm.calls.js';
import type { DmConnection, DmSeat } from './dm.context.js';
import { DmDialect } from './dm.dialect.js';

/** Who may connect to a direct conversation, and the first frames that they get (protocol section 3). */
@Injectable()
export class DmAdmission {
  constructor(
    private readonly dms: DmsService,
    private readonly stream: ConversationStream,
    private readonly calls: DmCalls,
    readonly settings: Settings,
    readonly clock: Clock,
  ) {}

  /** @throws AdmissionRefused 4400 for oneself, 4404 for an unknown user */
  async admit(connection: DmConnection): Promise<void> {
    const dm = await this.openDm(connection);
    await this.seat(connection, dm, new DmDialect(connection, dm, this));
  }

  async seat(seat: DmSeat, dm: DmView, dialect: ConversationDialect): Promise<void> {
    seat.context.admitTo(dm);
    const tellOfCalls = await this.calls.attend(seat);
    await this.stream.open(seat, dm.conversationId, dialect);
    tellOfCalls();
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
}
