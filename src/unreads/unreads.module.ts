import { Module } from '@nestjs/common';
import { DmsModule } from '../dms/dms.module.js';
import { UnreadsController } from './http/unreads.controller.js';
import { UnreadRepository } from './persistence/unread.repository.js';
import { UnreadsService } from './unreads.service.js';

@Module({
  imports: [DmsModule],
  controllers: [UnreadsController],
  providers: [UnreadsService, UnreadRepository],
  exports: [UnreadsService],
})
export class UnreadsModule {}
