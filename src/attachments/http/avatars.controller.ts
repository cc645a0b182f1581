import { Controller, Delete, Get, HttpCode, Param, Put, Req, Res } from '@nestjs/common';
import {
  ApiBearerAuth,
  ApiBody,
  ApiConsumes,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { UserId } from '../../common/ids.js';
import { ApiProblems } from '../../infra/http/api-docs.js';
import type { Caller } from '../../infra/http/current-user.decorator.js';
import { CurrentUser } from '../../infra/http/current-user.decorator.js';
import { ParseIdPipe } from '../../infra/http/parse-id.pipe.js';
import { sendFile } from '../../infra/http/send-file.js';
import { OwnUserDto } from '../../users/dto/user.dto.js';
import { UsersService } from '../../users/users.service.js';
import { AvatarsService } from '../avatars.service.js';
import { FileForm } from '../dto/file-form.dto.js';

@ApiTags('users')
@ApiBearerAuth()
@ApiProblems(401, 429, 503)
@Controller('users')
export class AvatarsController {
  constructor(
    private readonly avatars: AvatarsService,
    private readonly users: UsersService,
  ) {}

  @Put('me/avatar')
  @ApiOperation({
    summary: 'Set the own avatar',
    description:
      'A form with one picture in its field `file`: PNG, JPEG, GIF, WebP or AVIF. A square of 256 pixels from its middle is kept.',
  })
  @ApiConsumes('multipart/form-data')
  @ApiBody({ type: FileForm })
  @ApiOkResponse({ description: 'The account, with its new `avatar_url`.', type: OwnUserDto })
  @ApiProblems(
    { 400: 'It is no form with one file, it broke off, or the file is no picture, or one with too many pixels.' },
    { 413: 'The file is too large, or your files would take over `UPLOAD_QUOTA_BYTES` together.' },
  )
  async set(@CurrentUser() { userId }: Caller, @Req() request: Request): Promise<OwnUserDto> {
    await this.avatars.set(userId, request);
    return this.users.getOwn(userId);
  }

  @Delete('me/avatar')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove the own avatar', description: 'Also where there is none.' })
  @ApiNoContentResponse({ description: 'There is none any more.' })
  remove(@CurrentUser() { userId }: Caller): Promise<void> {
    return this.avatars.remove(userId);
  }

  @Get(':id/avatar')
  @ApiOperation({
    summary: 'A user’s avatar',
    description: 'For everyone who is logged in; a user’s `avatar_url` leads here.',
  })
  @ApiOkResponse({
    description: 'The picture.',
    content: { 'image/webp': { schema: { type: 'string', format: 'binary' } } },
  })
  @ApiProblems(400, 404)
  async get(@Param('id', ParseIdPipe) id: UserId, @Req() request: Request, @Res() response: Response): Promise<void> {
    await sendFile(request, response, await this.avatars.get(id));
  }
}
