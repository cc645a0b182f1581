import { Controller, Get, Module } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { Public } from '../../src/infra/http/public.decorator.js';
import { startTestApp } from '../support/test-app.js';

@Public()
@Controller('echo')
class EchoController {
  @Get()
  get(): object {
    return { here: true };
  }
}

@Module({ controllers: [EchoController] })
class EchoModule {}

describe('startTestApp', () => {
  it('serves modules of a test on a database of its own', async () => {
    const [one, two] = await Promise.all([startTestApp({ extraModules: [EchoModule] }), startTestApp()]);
    try {
      expect(await one.api.get('/echo')).toMatchObject({ status: 200, body: { here: true } });
      expect((await two.api.get('/echo')).status).toBe(404);
      const query = 'SELECT current_database() AS name';
      expect(await one.sql(query)).not.toEqual(await two.sql(query));
      expect(await one.sql('SELECT FROM users WHERE username = $1', ['alice'])).toEqual([]);
    } finally {
      await Promise.all([one.close(), two.close()]);
    }
  });
});
