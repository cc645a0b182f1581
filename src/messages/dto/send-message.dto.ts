import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayUnique, IsArray, IsOptional, IsUUID } from 'class-validator';
import type { AttachmentId, MessageId } from '../../common/ids.js';
import { IsText } from '../../common/text.js';
import type { MessageDraft } from '../message.js';

export const CONTENT_MAX_LENGTH = 4000;
export const NONCE_MAX_LENGTH = 64;
const MOST_ATTACHMENTS = 10;

/** What a client says to send a message, over REST and over a socket alike (protocol section 2). */
export class SendMessageDto {
  @ApiProperty({
    description: 'The text: 1 to 4000 Unicode code points once trimmed; with attachments it may be empty.',
    minLength: 0,
    maxLength: CONTENT_MAX_LENGTH,
    example: 'Shall we start, @bob?',
  })
  @IsText({ min: (of) => (hasAttachments(of) ? 0 : 1), max: CONTENT_MAX_LENGTH })
  content!: string;

  @ApiPropertyOptional({
    description:
      'Makes the send safe to repeat: the same nonce of the same sender never makes a second message in a conversation. 1 to 64 characters.',
    type: String,
    minLength: 1,
    maxLength: NONCE_MAX_LENGTH,
    example: '5f2b1c9e-1',
  })
  @IsOptional()
  @IsText({ max: NONCE_MAX_LENGTH })
  nonce?: string;

  @ApiPropertyOptional({
    description: 'A message of the same conversation that this one answers; deleted ones are `not_found`.',
    type: String,
    format: 'uuid',
    example: '0198c0de-7b1a-7c3e-9f2a-1b2c3d4e5f60',
  })
  @IsOptional()
  @IsUUID()
  reply_to_id?: MessageId | null;

  @ApiPropertyOptional({
    description: 'Uploads of the sender that are in no message yet, in the order in which they are shown.',
    type: [String],
    format: 'uuid',
    maxItems: MOST_ATTACHMENTS,
    uniqueItems: true,
    example: [],
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MOST_ATTACHMENTS)
  @ArrayUnique((id: unknown) => (typeof id === 'string' ? id.toLowerCase() : id))
  @IsUUID(undefined, { each: true })
  attachment_ids?: AttachmentId[] | null;
}

function hasAttachments(of: object): boolean {
  const ids = (of as Partial<SendMessageDto>).attachment_ids;
  return Array.isArray(ids) && ids.length > 0;
}

/** As services take it: a UUID's case does not count. */
export function toDraft({ content, nonce, reply_to_id, attachment_ids }: SendMessageDto): MessageDraft {
  return {
    content,
    nonce,
    replyToId: lowerCase(reply_to_id),
    attachmentIds: attachment_ids?.map((id) => lowerCase(id)),
  };
}

function lowerCase<Id extends string>(id: Id): Id;
function lowerCase<Id extends string>(id: Id | null | undefined): Id | undefined;
function lowerCase<Id extends string>(id: Id | null | undefined): Id | undefined {
  return id?.toLowerCase() as Id | undefined;
}
