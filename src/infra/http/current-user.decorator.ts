import { createParamDecorator, ExecutionContext } from '@nestjs/common';
import { SessionId, UserId } from '../../common/ids.js';

/** Who makes a REST request; the authentication guard puts it on `request.user`. */
export interface Caller {
  userId: UserId;
  sessionId: SessionId;
  username: string;
  tokenExpiresAt: Date;
  /** Whether it is a guest, who has no account and no session: on routes with `@GuestsToo()` alone. */
  guest?: boolean;
}

/** The caller of a route that is not public. */
export const CurrentUser = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  const { user } = context.switchToHttp().getRequest<{ user?: Caller }>();
  if (user === undefined) throw new Error('@CurrentUser() on a route that no authentication guard protects');
  return user;
});

/** The caller of a route with `@TokenOptional()`; undefined without a token. */
export const PerhapsUser = createParamDecorator(
  (_: unknown, context: ExecutionContext): Caller | undefined =>
    context.switchToHttp().getRequest<{ user?: Caller }>().user,
);
