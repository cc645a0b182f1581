import { Module } from '@nestjs/common';
import { AttachmentsService } from './attachments.service.js';
import { AvatarsService } from './avatars.service.js';
import { AttachmentsController } from './http/attachments.controller.js';
import { AvatarsController } from './http/avatars.controller.js';
import { AttachmentSweeper } from './internal/attachment-sweeper.js';
import { BlobCare } from './internal/blob-care.js';
import { FileArrival } from './internal/file-arrival.js';
import { ImageReader } from './internal/image-reader.js';
import { Reservations } from './internal/reservations.js';
import { UploadLimits } from './internal/upload-limits.js';
import { UploadSpool } from './internal/upload-spool.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';
import { UsersModule } from '../users/users.module.js';
import { UploadsService } from './uploads.service.js';

@Module({
  imports: [UsersModule],
  controllers: [AttachmentsController, AvatarsController],
  providers: [
    UploadsService,
    AvatarsService,
    Reservations,
    AttachmentsService,
    AttachmentRepository,
    AttachmentSweeper,
    BlobCare,
    FileArrival,
    ImageReader,
    UploadLimits,
    UploadSpool,
  ],
  exports: [AttachmentsService],
})
export class AttachmentsModule {}
