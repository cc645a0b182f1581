import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { ValidationFailed } from '../../common/domain-error.js';
import { codePoints, isStorable } from '../../common/text.js';
import { NONCE_MAX_LENGTH, SendMessageDto } from '../dto/send-message.dto.js';

/** The `Idempotency-Key` header, which is the nonce of a send (protocol section 8). */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
  const key = headers['idempotency-key']?.trim();
  if (key === undefined) return undefined;
  if (key === '' || !isStorable(key) || codePoints(key) > NONCE_MAX_LENGTH)
    throw new ValidationFailed([
      { field: 'Idempotency-Key', problems: [`must be 1 to ${NONCE_MAX_LENGTH} characters long`] },
    ]);
  return key;
});

/**
 * The nonce of a send: the header and the body may both say it, as long as they say the same.
 *
 * @throws ValidationFailed when they do not: a retry could change either, and make a second message
 */
export function nonceOf(key: string | undefined, { nonce }: SendMessageDto): string | undefined {
  const own = nonce?.trim();
  if (key === undefined || own === undefined || key === own) return key ?? nonce;
  throw new ValidationFailed([
    { field: 'Idempotency-Key', problems: ['must be the nonce of the body where both are given'] },
    { field: 'nonce', problems: ['must be the Idempotency-Key where both are given'] },
  ]);
}
