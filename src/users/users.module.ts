import { Module } from '@nestjs/common';
import { UsersController } from './http/users.controller.js';
import { UserRepository } from './persistence/user.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [UsersController],
  providers: [UsersService, UserRepository],
  exports: [UsersService],
})
export class UsersModule {}
