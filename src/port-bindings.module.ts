import { Global, Module } from '@nestjs/common';
import { ConversationsModule } from './conversations/conversations.module.js';
import { LogMembershipFence } from './conversations/log-membership-fence.js';
import { MembershipFence } from './groups/membership-fence.js';

/** The ports that lower modules declare, and who implements them; global, so that a declarer imports nobody above it. */
@Global()
@Module({
  imports: [ConversationsModule],
  providers: [{ provide: MembershipFence, useExisting: LogMembershipFence }],
  exports: [MembershipFence],
})
export class PortBindingsModule {}
