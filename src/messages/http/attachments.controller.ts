import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { AttachmentsService } from '../../attachments/attachments.service.js';
import type { AttachmentId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { sendFile } from '../../infra/http/send-file.js';
import { DownloadQuery } from '../dto/download.query.js';
import { AttachmentAccess } from '../internal/attachment-access.js';

const BINARY = { '*/*': { schema: { type: 'string', format: 'binary' } } };

/** It is here, because who may read the message decides. */
@ApiTags('attachments')
@ApiBearerAuth()
@ApiProblems(400, 401, 404, 429, 503)
@Controller('attachments')
export class AttachmentDownloadsController {
  constructor(
    private readonly access: AttachmentAccess,
    private readonly attachments: AttachmentsService,
  ) {}

  @Get(':id')
  @ApiOperation({
    summary: 'Download a file',
    description:
      'For those who may read its message; until it is in one, for its owner. One range of bytes is served (`Range`, `If-Range`); `thumbnail=1` gives a picture’s small form, WebP of 320 pixels at most.',
  })
  @ApiOkResponse({ description: 'The file.', content: BINARY })
  @ApiResponse({ status: 206, description: 'The part that was asked for.', content: BINARY })
  @ApiResponse({ status: 304, description: 'It is the one of `If-None-Match`.' })
  async get(
    @CurrentUser() { userId }: Caller,
    @Param('id', ParseIdPipe) id: AttachmentId,
    @Query() { thumbnail }: DownloadQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const whole = await this.access.get(userId, id);
    const file = thumbnail === '1' ? await this.attachments.thumbnailOf(whole) : whole;
    await sendFile(request, response, {
      ...file,
      etag: `"${file.key}"`,
      read: (range) => this.attachments.read(file, range),
    });
  }
}
