import { Module } from '@nestjs/common';
import { BlocksService } from './blocks.service.js';
import { BlocksController } from './http/blocks.controller.js';
import { UsersController } from './http/users.controller.js';
import { UserBlockRepository } from './persistence/user-block.repository.js';
import { UserRepository } from './persistence/user.repository.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [BlocksController, UsersController],
  providers: [UsersService, BlocksService, UserRepository, UserBlockRepository],
  exports: [UsersService, BlocksService],
})
export class UsersModule {}
