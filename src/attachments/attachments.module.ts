import { Module } from '@nestjs/common';
import { AttachmentsService } from './attachments.service.js';
import { AttachmentsController } from './http/attachments.controller.js';
import { AttachmentSweeper } from './internal/attachment-sweeper.js';
import { BlobCare } from './internal/blob-care.js';
import { FileArrival } from './internal/file-arrival.js';
import { ImageReader } from './internal/image-reader.js';
import { UploadLimits } from './internal/upload-limits.js';
import { UploadSpool } from './internal/upload-spool.js';
import { AttachmentRepository } from './persistence/attachment.repository.js';
import { UploadsService } from './uploads.service.js';

@Module({
  controllers: [AttachmentsController],
  providers: [
    UploadsService,
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
