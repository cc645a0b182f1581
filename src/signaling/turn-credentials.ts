import { createHmac } from 'node:crypto';

export interface TurnCredentials {
  username: string;
  credential: string;
}

/**
 * Credentials that a TURN server which shares the secret accepts until they expire, without asking anybody
 * (draft-uberti-behave-turn-rest-00): `<Unix seconds>:<whom they are for>`, and its HMAC-SHA1 in base64.
 */
export function turnCredentials(secret: string, expiresAt: Date, ...holder: string[]): TurnCredentials {
  const username = [Math.floor(expiresAt.getTime() / 1000), ...holder].join(':');
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}
