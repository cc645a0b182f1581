import { Global, Module } from '@nestjs/common';
import { AuthModule } from './auth/auth.module.js';
import { SessionConnectionAuthenticator } from './auth/session-connection-authenticator.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { LogMembershipFence } from './conversations/log-membership-fence.js';
import { MembershipFence } from './groups/membership-fence.js';
import { ConnectionAuthenticator } from './realtime/connection-authenticator.js';

/** The ports that lower modules declare, and who implements them; global, so that a declarer imports nobody above it. */
@Global()
@Module({
  imports: [AuthModule, ConversationsModule],
  providers: [
    { provide: ConnectionAuthenticator, useExisting: SessionConnectionAuthenticator },
    { provide: MembershipFence, useExisting: LogMembershipFence },
  ],
  exports: [ConnectionAuthenticator, MembershipFence],
})
export class PortBindingsModule {}
