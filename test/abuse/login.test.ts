import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Account, PASSWORD, registerAccount } from '../support/accounts.js';
import { eventually } from '../support/eventually.js';
import { postFrom } from '../support/loopback.js';
import { startTestApp, TestApp } from '../support/test-app.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ env: { RATE_LIMIT_DISABLED: '0' } });
});
afterAll(() => app.close());

let hosts = 0;
/** An address that no other test comes from. */
const newAddress = () => `127.0.${Math.floor(++hosts / 250) + 1}.${(hosts % 250) + 1}`;

const login = (from: string, username: string, password = 'a wrong password', headers = {}) =>
  postFrom(from, `${app.url}/api/auth/login`, { username, password }, headers);

const statusesOf = (answers: { status: number }[]) => answers.map(({ status }) => status).sort();

async function oneByOne<T>(count: number, request: (index: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = [];
  for (let index = 0; index < count; index++) answers.push(await request(index));
  return answers;
}

describe('wrong passwords (8, A1)', () => {
  it('for one account from one address: five a minute, then 429 with the time to wait, even for the right one', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    const answers = await oneByOne(6, () => login(from, alice.username));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
    const refused = await login(from, alice.username, PASSWORD);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused.body['retry_after_ms']).toBeLessThanOrEqual(60_000);
    expect(Number(refused.headers['retry-after'])).toBe(Math.ceil((refused.body['retry_after_ms'] as number) / 1000));
    expect((await login(newAddress(), alice.username, PASSWORD)).status).toBe(200);
  });

  it('are forgiven by the right one', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    for (let round = 0; round < 3; round++) {
      expect(statusesOf(await oneByOne(4, () => login(from, alice.username)))).toEqual([401, 401, 401, 401]);
      expect((await login(from, alice.username, PASSWORD)).status).toBe(200);
    }
  });

  it('at the same time get no further than one after the other', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    const answers = await Promise.all(Array.from({ length: 12 }, () => login(from, alice.username)));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(5);
  });

  it('for many accounts from one address: twenty a minute', async () => {
    const from = newAddress();
    const answers = await oneByOne(25, (index) => login(from, `nobody${index}`));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(20);
    expect(answers.slice(20).every(({ status }) => status === 429)).toBe(true);
  });

  it('for one account from many addresses: a hundred, then a delay that grows to 30 s and locks nobody out for longer', async () => {
    const alice = await registerAccount(app.api);
    const answers = await oneByOne(104, () => login(newAddress(), alice.username));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(100);
    const refused = answers.at(-1);
    expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
    expect(refused!.body['retry_after_ms']).toBeLessThanOrEqual(30_000);
    // The delay after the hundredth is one second; then the owner gets in, and that ends the delay.
    await eventually(async () => (await login(newAddress(), alice.username, PASSWORD)).status === 200);
    expect((await login(newAddress(), alice.username, PASSWORD)).status).toBe(200);
  });

  it('for the password change count as well', async () => {
    const { token } = await registerAccount(app.api);
    const change = { current_password: 'a wrong password', new_password: 'seven purple elephants' };
    const answers = await oneByOne(6, () => app.api.post('/auth/password', change, { token }));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
  });

  it('count for the account, whether it is named by username, by e-mail in any case, or changes its password', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    const { username, email, token } = alice;
    const names = [username, email, ` ${username.toUpperCase()} `, email.toUpperCase()];
    for (const name of names) expect((await login(from, name)).status).toBe(401);
    const change = { current_password: 'a wrong password', new_password: 'seven purple elephants' };
    const changePassword = () =>
      postFrom(from, `${app.url}/api/auth/password`, change, { authorization: `Bearer ${token}` });
    expect((await changePassword()).status).toBe(401);
    for (const name of names) expect((await login(from, name, PASSWORD)).status).toBe(429);
    const byEmail = await postFrom(from, `${app.url}/api/auth/login`, { email, password: PASSWORD });
    expect([byEmail.status, (await changePassword()).status]).toEqual([429, 429]);
  });

  it('are not counted under the id of an account that was typed as a name', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    expect((await oneByOne(6, () => login(from, alice.id))).at(-1)?.status).toBe(429);
    expect((await login(from, alice.username, PASSWORD)).status).toBe(200);
  });

  it('are counted by the address of the connection: a forged X-Forwarded-For changes nothing (A16)', async () => {
    const [alice, from] = [await registerAccount(app.api), newAddress()];
    const answers = await oneByOne(6, (index) =>
      login(from, alice.username, undefined, {
        'x-forwarded-for': `203.0.113.${index}`,
        forwarded: `for=203.0.113.${index}`,
      }),
    );
    expect(answers.at(-1)!.status).toBe(429);
  });
});

describe('an unknown user (8, A2)', () => {
  it('gets the same answer as a wrong password, byte for byte but for the id of the request', async () => {
    const alice = await registerAccount(app.api);
    const answers = [
      await login(newAddress(), alice.username),
      await login(newAddress(), alice.email),
      await login(newAddress(), 'nobody.at.all'),
      await login(newAddress(), 'nobody@example.org'),
      await login(newAddress(), 'not a username!'),
    ];
    const seen = answers.map(({ status, headers, body }) => {
      const names = Object.keys(headers).sort();
      return { status, names, length: headers['content-length'], body: { ...body, request_id: 'x' } };
    });
    expect(seen[0]).toMatchObject({ status: 401, body: { code: 'invalid_credentials' } });
    for (const other of seen.slice(1)) expect(other).toEqual(seen[0]);
  });

  it('is throttled as a known one is', async () => {
    const from = newAddress();
    const answers = await oneByOne(6, () => login(from, 'nobody.either'));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429]);
  });
});

describe('a flood (8, A4)', () => {
  it('of logins from everywhere: a few wait for their turn, the rest gets 429 at once', async () => {
    const alice = await registerAccount(app.api);
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => login(newAddress(), `flood${index}`, PASSWORD)),
    );
    const busy = answers.filter(({ status }) => status === 429);
    expect(busy.length).toBeGreaterThanOrEqual(1);
    expect(busy[0]).toMatchObject({ body: { code: 'rate_limited', retry_after_ms: 1000 } });
    expect(statusesOf(answers).every((status) => status === 401 || status === 429)).toBe(true);
    // Whoever was sent away has not used up an attempt, and the service is there for others.
    expect((await login(newAddress(), alice.username, PASSWORD)).status).toBe(200);
  });

  it('of registrations from one address: sixty a minute', async () => {
    const from = newAddress();
    const register = (index: number) =>
      postFrom(from, `${app.url}/api/auth/register`, {
        username: `sixty${index}`,
        email: `sixty${index}@example.org`,
        password: PASSWORD,
      });
    const answers = await oneByOne(61, register);
    expect(answers.slice(0, 60).every(({ status }) => status === 201)).toBe(true);
    expect(answers[60]).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
  });
});

describe('login input (8)', () => {
  let alice: Account;
  beforeAll(async () => {
    alice = await registerAccount(app.api);
  });

  it.each([
    [{}, ['username', 'password']],
    [{ password: PASSWORD }, ['username']],
    [{ username: 'alice' }, ['password']],
    [{ username: 1, password: 2 }, ['username', 'password']],
    [{ username: { $ne: '' }, password: PASSWORD }, ['username']],
    [{ username: 'a\0b', password: PASSWORD }, ['username']],
    [{ username: 'x'.repeat(255), password: PASSWORD }, ['username']],
    [{ email: null, password: PASSWORD }, ['email']],
    [{ username: 'alice', password: 'x'.repeat(129) }, ['password']],
    [{ username: 'alice', password: '' }, ['password']],
  ])('names the fields that are wrong: %j', async (body, fields) => {
    const answer = await postFrom(newAddress(), `${app.url}/api/auth/login`, body);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const errors = answer.body['errors'] as { field: string }[];
    expect(errors.map(({ field }) => field).sort()).toEqual([...fields].sort());
    expect(JSON.stringify(answer.body)).not.toContain(PASSWORD);
  });

  it.each(["' OR 1=1 --", '%', '_____', '*', '__proto__', 'constructor'])(
    'takes %j for a name that nobody has',
    async (name) => {
      expect(await login(newAddress(), name, PASSWORD)).toMatchObject({
        status: 401,
        body: { code: 'invalid_credentials' },
      });
      expect((await login(newAddress(), ` ${alice.username} `, PASSWORD)).status).toBe(200);
    },
  );
});
