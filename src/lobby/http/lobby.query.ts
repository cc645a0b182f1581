import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';
import { IfPresent } from '../../common/if-present.js';
import { PageQuery } from '../../infra/http/page.js';

const NAMESPACE = {
  description: 'The lobby’s Socket.IO namespace.',
  maxLength: 64,
  default: '/lobby',
  example: '/lobby',
} as const;

export class LobbyQuery {
  @ApiPropertyOptional(NAMESPACE)
  @IfPresent()
  @IsString()
  @MaxLength(64)
  namespace: string = '/lobby';
}

export class LobbyRoomsQuery extends PageQuery {
  @ApiPropertyOptional(NAMESPACE)
  @IfPresent()
  @IsString()
  @MaxLength(64)
  namespace: string = '/lobby';
}
