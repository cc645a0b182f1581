import { DynamicModule, Module, Type } from '@nestjs/common';
import { MIGRATIONS } from '../migrations/index.js';
import { AccountsModule } from './accounts/accounts.module.js';
import { AttachmentsModule } from './attachments/attachments.module.js';
import { AuthModule } from './auth/auth.module.js';
import { ChannelsModule } from './channels/channels.module.js';
import { ClusterModule } from './cluster/cluster.module.js';
import { CommonModule } from './common/common.module.js';
import { SettingsModule } from './config/settings.module.js';
import { Settings } from './config/settings.js';
import { ConversationsModule } from './conversations/conversations.module.js';
import { ENTITIES } from './database-schema.js';
import { DmsModule } from './dms/dms.module.js';
import { GatewaysModule } from './gateways/gateways.module.js';
import { GroupsModule } from './groups/groups.module.js';
import { HealthModule } from './health/health.module.js';
import { DatabaseModule } from './infra/database/database.module.js';
import { LobbyModule } from './lobby/lobby.module.js';
import { MetricsModule } from './infra/observability/metrics.module.js';
import { StorageModule } from './infra/storage/storage.module.js';
import { LiveModule } from './live/live.module.js';
import { MessagesModule } from './messages/messages.module.js';
import { NotificationsModule } from './notifications/notifications.module.js';
import { PortBindingsModule } from './port-bindings.module.js';
import { RealtimeModule } from './realtime/realtime.module.js';
import { SearchModule } from './search/search.module.js';
import { UnreadsModule } from './unreads/unreads.module.js';
import { UsersModule } from './users/users.module.js';

export type ExtraModule = Type | DynamicModule;

export interface AppModuleOptions {
  settings: Settings;
  databaseUrl: string;
  extraModules?: ExtraModule[];
}

/** The composition root: the only place that binds ports to implementations. */
@Module({})
export class AppModule {
  static register({ settings, databaseUrl, extraModules = [] }: AppModuleOptions): DynamicModule {
    return {
      module: AppModule,
      imports: [
        CommonModule,
        SettingsModule.register(settings),
        MetricsModule,
        DatabaseModule.register({
          url: databaseUrl,
          poolSize: settings.DATABASE_POOL_SIZE,
          statementTimeoutMs: settings.DATABASE_STATEMENT_TIMEOUT_MS,
          entities: ENTITIES,
          migrations: MIGRATIONS,
        }),
        StorageModule,
        ClusterModule,
        RealtimeModule,
        PortBindingsModule,
        UsersModule,
        AuthModule,
        GroupsModule,
        ConversationsModule,
        ChannelsModule,
        HealthModule,
        DmsModule,
        AttachmentsModule,
        MessagesModule,
        NotificationsModule,
        UnreadsModule,
        SearchModule,
        LiveModule,
        LobbyModule,
        GatewaysModule,
        AccountsModule,
        ...extraModules,
      ],
    };
  }
}
