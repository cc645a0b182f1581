import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds } from '../harness/cpu.js';
import { Client } from './client.js';
import { disconnectAll, Failures } from './connections.js';
import type { Member } from './dialects.js';
import type { ChurnInput, ChurnResult } from './tasks.js';
import { Witness } from './witness.js';

/** The last news of a storm of joins and leaves come within this time. */
const LAST_NEWS_MS = 300;

/**
 * Members who join over and over, `concurrency` at a time; each leaves, cleanly, after its stay. What is measured is a
 * stretch of the middle, when as many leave as come. Those who sit there listen.
 */
export async function churn(seated: readonly Client[], input: Omit<ChurnInput, 'seated'>): Promise<ChurnResult> {
  const { members, seconds, concurrency, stayMs, serverPid, ...options } = input;
  const failures = new Failures();
  const witness = new Witness(seated);
  /** For each member, the end of its last stay: it does not come again before. */
  const stays = members.map(() => Promise.resolve());
  const tally = { joins: 0, leaves: 0 };
  const leaveLater = async (client: Client) => {
    await sleep(stayMs);
    await disconnectAll([client]);
    tally.leaves++;
  };
  let over = false;
  let turn = 0;
  const comeAndGo = async () => {
    for (let n = turn++ % members.length; !over; n = turn++ % members.length) {
      await stays[n];
      try {
        const client = await Client.open(members[n] as Member, options);
        tally.joins++;
        stays[n] = leaveLater(client);
      } catch (error) {
        failures.add(error);
      }
    }
  };
  const mark = () => ({ ...tally, frames: witness.framesEach, cpu: cpuSeconds(serverPid), at: performance.now() });
  const flow = Promise.all(Array.from({ length: concurrency }, comeAndGo));
  await sleep(2 * stayMs);
  const from = mark();
  await sleep(seconds * 1000);
  const to = mark();
  over = true;
  await flow;
  await Promise.all(stays);
  await sleep(LAST_NEWS_MS);
  const joinsAndLeaves = (to.joins - from.joins + to.leaves - from.leaves) / 2;
  return {
    joinsAndLeaves,
    seconds: (to.at - from.at) / 1000,
    cpu: to.cpu - from.cpu,
    framesEach: to.frames - from.frames,
    failed: failures.counts,
    happened: tally.joins + tally.leaves,
    told: witness.told,
  };
}
