import { JwtService } from '@nestjs/jwt';
import { expect, it } from 'vitest';
import { Ids } from '../../common/ids.js';
import type { SessionId, UserId } from '../../common/ids.js';
import { ManualClock } from '../../common/manual-clock.js';
import { parseSettings } from '../../config/settings.js';
import { ExpiredToken, InvalidToken } from '../auth.errors.js';
import { AccessTokens } from './access-tokens.js';

const clock = new ManualClock();
const ids = new Ids();
const settings = parseSettings({ JWT_SECRET: 'x'.repeat(64), ACCESS_TOKEN_TTL_S: '900' });
const tokensOf = () => new AccessTokens(new JwtService(), settings, clock, ids);

async function issued(tokens: AccessTokens) {
  const session = { userId: ids.next<UserId>(), sessionId: ids.next<SessionId>(), username: 'alice' };
  const { token } = await tokens.issue({ ...session, expiresAt: new Date(clock.now() + 86_400_000) });
  return { token, claims: { userId: session.userId, sessionId: session.sessionId } };
}

it('knows a token again once its signature was found right, and not before', async () => {
  const tokens = tokensOf();
  const { token, claims } = await issued(tokens);
  expect(tokens.known(token)).toBeUndefined();
  expect(await tokens.verify(token)).toMatchObject(claims);
  expect(tokens.known(token)).toMatchObject(claims);
  expect(await tokens.verify(token)).toMatchObject(claims);
});

it('knows nothing of a token that differs in its signature alone', async () => {
  const tokens = tokensOf();
  const { token } = await issued(tokens);
  await tokens.verify(token);
  const forged = token.slice(0, -4) + (token.endsWith('AAAA') ? 'BBBB' : 'AAAA');
  expect(tokens.known(forged)).toBeUndefined();
  await expect(tokens.verify(forged)).rejects.toThrow(InvalidToken);
  expect(tokens.known(forged)).toBeUndefined();
});

it('lets no token outlive its expiry because it is known', async () => {
  const tokens = tokensOf();
  const { token } = await issued(tokens);
  await tokens.verify(token);
  clock.advance(900_000);
  expect(() => tokens.known(token)).toThrow(ExpiredToken);
  await expect(tokens.verify(token)).rejects.toThrow(ExpiredToken);
});
