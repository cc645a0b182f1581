import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GroupsModule } from '../groups/groups.module.js';
import { UsersModule } from '../users/users.module.js';
import { AccountDeletion } from './account-deletion.service.js';
import { AccountsController } from './http/accounts.controller.js';
import { AccountSweeper } from './internal/account-sweeper.js';
import { DeletedAccountRepository } from './persistence/deleted-account.repository.js';

@Module({
  imports: [AuthModule, GroupsModule, UsersModule],
  controllers: [AccountsController],
  providers: [AccountDeletion, AccountSweeper, DeletedAccountRepository],
})
export class AccountsModule {}
