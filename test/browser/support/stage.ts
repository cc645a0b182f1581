import type { BrowserContext } from 'playwright-core';
import { startTestApp } from '../../support/test-app.js';
import type { TestApp } from '../../support/test-app.js';
import { CallPage } from './call-page.js';
import { Chromium } from './chromium.js';
import { startPageServer } from './page-server.js';
import type { PageServer } from './page-server.js';

/** A server, a browser, and the pages of a test in it. */
export class Stage {
  private pages: CallPage[] = [];
  private context: BrowserContext | undefined;

  private constructor(
    readonly app: TestApp,
    private readonly chromium: Chromium,
    private readonly server: PageServer,
  ) {}

  static async open(): Promise<Stage> {
    const chromium = await Chromium.start();
    return new Stage(await startTestApp(), chromium, await startPageServer());
  }

  async page(): Promise<CallPage> {
    this.context ??= await this.chromium.browser.newContext();
    const page = await CallPage.open(this.context, this.server.url);
    this.pages.push(page);
    return page;
  }

  /** Closes the pages of a test. @returns what went wrong in any of them, which must be nothing */
  async clear(): Promise<string[]> {
    const states = await Promise.all(this.pages.map((page) => page.state()));
    this.pages = [];
    await this.context?.close();
    this.context = undefined;
    return states.flatMap(({ errors }) => errors);
  }

  async close(): Promise<void> {
    await this.chromium.stop();
    await this.server.close();
    await this.app.close();
  }
}
