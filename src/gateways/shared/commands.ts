import { applyDecorators } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsUUID, registerDecorator } from 'class-validator';
import type { ConnectionId } from '../../common/ids.js';
import type { Json } from '../../cluster/cluster.js';
import { RawJson, Verbatim } from '../../realtime/raw-json.js';
import { ANY_JSON } from '../../infra/http/api-docs.js';

/** Bytes of what a signal carries (protocol sections 2 and 5). */
const SIGNAL_MAX_BYTES = 32_768;
export const MEDIA_MAX_BYTES = 1024;

/** A JSON value of at most so many bytes: as it was sent where it is kept so, else serialised. */
export function IsJsonWithin(bytes: number): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isJsonWithin',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value: unknown) => value === undefined || sizeOf(value) <= bytes,
        defaultMessage: () => `must be at most ${bytes} bytes of JSON`,
      },
    });
  };
}

function sizeOf(value: unknown): number {
  return value instanceof RawJson ? value.byteLength : Buffer.byteLength(JSON.stringify(value));
}

/** The end of candidates is `null`, which is a value; only a missing one is not. */
export function IsDefinedOrNull(): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isDefinedOrNull',
      target: target.constructor,
      propertyName: property as string,
      validator: { validate: (value: unknown) => value !== undefined, defaultMessage: () => 'must be given' },
    });
  };
}

/** A JSON object, perhaps `null` in its place. */
function IsObjectAsSent(nullable: boolean): PropertyDecorator {
  return (target, property) => {
    registerDecorator({
      name: 'isObjectAsSent',
      target: target.constructor,
      propertyName: property as string,
      validator: {
        validate: (value: unknown) =>
          value instanceof RawJson && (value.text.startsWith('{') || (nullable && value.text === 'null')),
        defaultMessage: () => `must be a JSON object${nullable ? ' or null' : ''}`,
      },
    });
  };
}

interface SignalBodyOptions {
  description: string;
  /** `object` (the default), an object or `null`, or any JSON. */
  takes?: 'object' | 'object or null' | 'any JSON';
  example: Json;
}

/** What a signal carries: relayed untouched, as it was sent, and never stored; at most 32 KiB. */
export function SignalBody({ description, takes = 'object', example }: SignalBodyOptions): PropertyDecorator {
  const shape = takes === 'any JSON' ? IsDefinedOrNull() : IsObjectAsSent(takes === 'object or null');
  const property = ApiProperty({
    description: `${description} Relayed untouched, as it was sent, and never stored; at most 32 KiB.`,
    ...(takes === 'any JSON' ? ANY_JSON : { type: 'object', additionalProperties: true, nullable: takes !== 'object' }),
    example,
  });
  return applyDecorators(property, Verbatim(), shape, IsJsonWithin(SIGNAL_MAX_BYTES));
}

/** `typing`, `dm_typing` */
export class TypingCommand {
  @ApiProperty({ description: 'Whether the user is typing; `true` ends by itself after 6 s.', example: true })
  @IsBoolean()
  is_typing!: boolean;
}

/** `webrtc_offer`, `webrtc_answer`, `webrtc_ice_candidate` to the other side of a DM. */
export class SignalCommand {
  @ApiPropertyOptional({ description: 'Only this connection of the target.', type: String, format: 'uuid' })
  @IsOptional()
  @IsUUID()
  target_connection_id?: ConnectionId | null;

  @SignalBody({ description: 'What the other side needs.', takes: 'any JSON', example: { sdp: 'v=0…' } })
  data!: RawJson;
}

/** As the server writes it: a UUID's case does not count. `null` names none. */
export function connectionIdOf(target: ConnectionId | null | undefined): ConnectionId | undefined {
  return target?.toLowerCase() as ConnectionId | undefined;
}

/** `call_join` */
export class CallJoinCommand {
  @ApiPropertyOptional({
    description: 'What the participant sends, as clients agree on it; at most 1 KiB.',
    ...ANY_JSON,
    example: { audio: true, video: false },
  })
  @IsJsonWithin(MEDIA_MAX_BYTES)
  media?: Json;
}
