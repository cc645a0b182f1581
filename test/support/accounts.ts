import { ApiClient } from './api-client.js';

export const PASSWORD = 'correct horse battery staple';

export interface Tokens {
  user: { id: string; username: string; email: string; created_at: string };
  access_token: string;
  refresh_token: string;
  token_type: string;
  expires_in: number;
}

export interface Account {
  id: string;
  username: string;
  email: string;
  /** The access token of its registration. */
  token: string;
  refreshToken: string;
}

let accounts = 0;

/** What a registration needs, with a name that no other test has. */
export function newAccount(): { username: string; email: string; password: string } {
  const username = `user${++accounts}`;
  return { username, email: `${username}@example.org`, password: PASSWORD };
}

export async function registerAccount(api: ApiClient): Promise<Account> {
  const { user, access_token, refresh_token } = await answered(api.post('/auth/register', newAccount()));
  return { ...user, token: access_token, refreshToken: refresh_token };
}

/** Opens one more session of the account. */
export function logIn(api: ApiClient, { username }: { username: string }): Promise<Tokens> {
  return answered(api.post('/auth/login', { username, password: PASSWORD }));
}

async function answered(request: Promise<{ status: number; body: unknown }>): Promise<Tokens> {
  const { status, body } = await request;
  if (status > 201) throw new Error(`Answered ${status}: ${JSON.stringify(body)}`);
  return body as Tokens;
}
