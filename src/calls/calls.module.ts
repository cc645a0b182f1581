import { Module } from '@nestjs/common';
import { MessagesModule } from '../messages/messages.module.js';
import { UsersModule } from '../users/users.module.js';
import { CallAttendance } from './call-attendance.js';
import { CallsService } from './calls.service.js';
import { CallEnds } from './internal/call-ends.js';
import { CallInvites } from './internal/call-invites.js';
import { CallNews } from './internal/call-news.js';
import { CallWatch } from './internal/call-watch.js';
import { InviteLimit } from './internal/invite-limit.js';
import { CallPartyRepository } from './persistence/call-party.repository.js';
import { CallRepository } from './persistence/call.repository.js';
import { LiveCalls } from './persistence/live-calls.js';

@Module({
  imports: [MessagesModule, UsersModule],
  providers: [
    CallsService,
    CallAttendance,
    CallInvites,
    CallEnds,
    CallNews,
    CallWatch,
    InviteLimit,
    CallRepository,
    CallPartyRepository,
    LiveCalls,
  ],
  exports: [CallsService, CallAttendance],
})
export class CallsModule {}
