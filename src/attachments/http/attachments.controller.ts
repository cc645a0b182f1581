import { Controller, Delete, HttpCode, Param, Post, Req } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request } from 'express';
import type { AttachmentId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { AttachmentsService } from '../attachments.service.js';
import { AttachmentDto } from '../dto/attachment.dto.js';
import { FileForm } from '../dto/file-form.dto.js';
import { UploadsService } from '../uploads.service.js';

@ApiTags('attachments')
@ApiBearerAuth()
@ApiProblems(401, 429, 503)
@Controller('attachments')
export class AttachmentsController {
  constructor(
    private readonly uploads: UploadsService,
    private readonly attachments: AttachmentsService,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Upload a file',
    description:
      'A form with one file in its field `file`, up to `UPLOAD_MAX_BYTES`. Send a message with its id in `attachment_ids` within 24 hours; until then only you can read it. What it is, is found out from its content.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: FileForm })
  @ApiCreatedResponse({ description: 'The file, as messages will show it.', type: AttachmentDto })
  @ApiProblems(
    { 400: 'It is no form with one file, it broke off, or the file is a picture with too many pixels.' },
    { 413: 'The file is too large, or your files would take over `UPLOAD_QUOTA_BYTES` together.' },
  )
  upload(@CurrentUser() { userId }: Caller, @Req() request: Request): Promise<AttachmentDto> {
    return this.uploads.receive(userId, request);
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Delete a file that is in no message',
    description: 'Of the caller’s own. The files of a message go with it.',
  })
  @ApiNoContentResponse({ description: 'It is gone.' })
  @ApiProblems(400, 404)
  delete(@CurrentUser() { userId }: Caller, @Param('id', ParseIdPipe) id: AttachmentId): Promise<void> {
    return this.attachments.delete(userId, id);
  }
}
