import { JwtService } from '@nestjs/jwt';
import { AccessTokens } from '../../src/auth/internal/access-tokens.js';
import { SystemClock } from '../../src/common/clock.js';
import { Ids } from '../../src/common/ids.js';
import type { SessionId, UserId } from '../../src/common/ids.js';
import { parseSettings } from '../../src/config/settings.js';
import type { SeededUser } from './seed-community.js';

const DAY_S = 86_400;

/** An access token for each user's session, made by the server's own code with its secret: no login is needed. */
export async function accessTokens(users: readonly SeededUser[], jwtSecret: string): Promise<string[]> {
  const settings = parseSettings({ JWT_SECRET: jwtSecret, ACCESS_TOKEN_TTL_S: String(DAY_S) });
  const tokens = new AccessTokens(new JwtService(), settings, new SystemClock(), new Ids());
  const expiresAt = new Date(Date.now() + DAY_S * 1000);
  const issued = users.map(({ id, username, sessionId }) =>
    tokens.issue({ userId: id as UserId, sessionId: sessionId as SessionId, username, expiresAt }),
  );
  return (await Promise.all(issued)).map(({ token }) => token);
}
