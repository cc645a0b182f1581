import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import type { IceConfiguration } from '../ice-servers.js';

const ROOM_ID = /^[A-Za-z0-9_.:-]{1,128}$/;

export class IceServersQuery {
  @ApiPropertyOptional({
    description: 'The room that the credentials are for: their username names it.',
    type: String,
    pattern: ROOM_ID.source,
    example: 'standup',
  })
  @IsOptional()
  @Matches(ROOM_ID, { message: 'room_id must be 1 to 128 of A-Z a-z 0-9 _ . : -' })
  room_id?: string;
}

/** One entry of `RTCConfiguration.iceServers`. */
export class IceServerDto {
  @ApiProperty({
    description: 'Where it is reached.',
    type: String,
    isArray: true,
    example: ['turn:turn.example.org:3478?transport=udp'],
  })
  urls!: string[];

  @ApiPropertyOptional({
    description: 'TURN only: when the credential expires, in Unix seconds, and whose it is.',
    type: String,
    example: '1790000000:0198c0de-0000-7000-8000-000000000001',
  })
  username?: string;

  @ApiPropertyOptional({ description: 'TURN only.', type: String, example: 'pNdU1ZLbZoR0kv1vLUSLxWH3p9Y=' })
  credential?: string;
}

export class IceServersDto {
  @ApiProperty({
    description: 'For `new RTCPeerConnection({ iceServers })`, as it is. Empty where the server has none.',
    type: IceServerDto,
    isArray: true,
  })
  ice_servers!: IceServerDto[];

  @ApiProperty({ description: 'Seconds for which the credentials are good.', type: 'integer', example: 3600 })
  ttl_s!: number;

  @ApiProperty({
    description: 'When they expire. Ask again for a call that begins later; one that runs is not cut.',
    type: String,
    format: 'date-time',
    example: '2026-09-22T10:13:20.000Z',
  })
  expires_at!: string;
}

export function toIceServersDto({ servers, ttlS, expiresAt }: IceConfiguration): IceServersDto {
  return { ice_servers: servers, ttl_s: ttlS, expires_at: expiresAt.toISOString() };
}
