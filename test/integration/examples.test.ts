import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT, runExample } from '../support/example.js';
import { freePort } from '../support/free-port.js';

const EXAMPLES = readdirSync(path.join(ROOT, 'examples')).map((file) => path.parse(file).name);

describe.each(EXAMPLES)('examples/%s.mjs', (name) => {
  it('says in a sentence that the server cannot be reached', async () => {
    expect(await runExample(name, [`http://127.0.0.1:${await freePort()}`])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^Cannot reach a Parley server at http:\S+: .*ECONNREFUSED.*\. Start one with: npm start\n$/,
      ),
    });
  });

  it('says in a sentence that the server is another one', async () => {
    const other = createServer((_, response) => response.writeHead(404).end('<h1>Not here</h1>'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runExample(name, [`http://127.0.0.1:${port}`]);
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^.*http:\S+ answered 404\b.*\n$/);
  });

  it('refuses what is no address, and has a help text', async () => {
    expect(await runExample(name, ['localhost:8000'])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^\S+ is no address.*\n$/),
    });
    expect(await runExample(name, ['--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/PARLEY_URL/),
      stderr: '',
    });
  });
});
