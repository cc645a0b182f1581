import type { BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';

/** Media takes its time where two cores encode for three pages and a server. */
const WAIT_MS = 90_000;
const POLL_MS = 200;

/** Which of `pages/*.js` signals, and what it needs to know. */
export interface CallOptions {
  signaling: 'channel' | 'room' | 'call-room';
  url: string;
  token: string;
  [option: string]: string;
}

export interface CallState {
  errors: string[];
  texts: string[];
  order: number;
  peers: Record<string, { glare: { gaveWay: number; ignored: number }; signalingState: string; streams: number }>;
}

/** A page of `call.html`, and what a test asks of it. */
export class CallPage {
  id = '';
  order = 0;

  private constructor(private readonly page: Page) {}

  static async open(context: BrowserContext, url: string): Promise<CallPage> {
    const page = await context.newPage();
    page.setDefaultTimeout(WAIT_MS);
    await page.goto(`${url}/call.html`);
    return new CallPage(page);
  }

  async join(options: CallOptions): Promise<this> {
    const { id, order } = await this.ask<{ id: string; order: number }>('join', options);
    this.id = id;
    this.order = order;
    return this;
  }

  /** Loads the page anew and comes back into the same room. */
  async reload(options: CallOptions): Promise<void> {
    await this.page.reload();
    await this.join(options);
  }

  ask<T = unknown>(question: string, ...args: unknown[]): Promise<T> {
    return this.page.evaluate<T>(`call.${question}(...${JSON.stringify(args)})`);
  }

  state(): Promise<CallState> {
    return this.ask('state');
  }

  /** Waits until `call.<question>(...)` is true. @throws with the state of the call where it does not become so */
  async until(question: string, ...args: unknown[]): Promise<void> {
    const asked = () => this.ask<boolean>(question, ...args);
    try {
      await expect.poll(asked, { interval: POLL_MS, timeout: WAIT_MS }).toBe(true);
    } catch (cause) {
      const state = await this.state().catch(String);
      throw new Error(`${question}(${JSON.stringify(args)}) is not true: ${JSON.stringify(state, null, 2)}`, { cause });
    }
  }

  /** Audio and video from each of the others to this page, and back, from now on. */
  async hasTrafficWith(...others: CallPage[]): Promise<void> {
    await this.ask('mark');
    await this.until(
      'flows',
      others.map(({ id }) => id),
    );
  }

  async says(text: string): Promise<void> {
    await this.until('canSay');
    await this.ask('say', text);
  }

  async hasHeard(other: CallPage, text: string): Promise<void> {
    await expect.poll(async () => (await this.state()).texts, { timeout: WAIT_MS }).toContain(`${other.id}: ${text}`);
  }
}
