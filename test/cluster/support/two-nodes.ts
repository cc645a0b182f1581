import { startTestApp } from '../../support/test-app.js';
import type { TestApp } from '../../support/test-app.js';

/** Two nodes with one database: what is done on `a` is to be seen on `b`. */
export interface TwoNodes {
  a: TestApp;
  b: TestApp;
  close(): Promise<void>;
}

/** `env`: settings of both, such as the address of what they reach each other by. */
export async function startTwoNodes(env: Record<string, string> = {}): Promise<TwoNodes> {
  const a = await startTestApp({ env });
  const b = await startTestApp({ env, databaseUrl: a.databaseUrl });
  return {
    a,
    b,
    close: async () => {
      await b.close();
      await a.close();
    },
  };
}
