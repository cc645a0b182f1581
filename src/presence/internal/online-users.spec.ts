import { describe, expect, it } from 'vitest';
import type { SetDelta } from '../../cluster/cluster.js';
import { ROSTER_LIMIT } from '../roster.js';
import { OnlineUsers } from './online-users.js';

const step = (kind: 'joined' | 'left', n: number): SetDelta => ({
  kind,
  version: 0,
  entry: { member: `connection-${n}`, data: { user_id: `user-${n}`, username: `name ${n}` }, leaving: false, order: n },
});

/** Who is online in the order of coming, as the roster has to say it. */
class Scene {
  private readonly users = new OnlineUsers();
  private model: number[] = [];

  join(n: number): void {
    this.users.apply(step('joined', n));
    this.model.push(n);
  }

  leave(n: number): void {
    this.users.apply(step('left', n));
    this.model = this.model.filter((other) => other !== n);
  }

  check(): void {
    const roster = this.users.roster(false);
    const named = this.model.slice(0, ROSTER_LIMIT).map((n) => `user-${n}`);
    expect(roster.users.map(({ userId }) => userId)).toEqual(named);
    expect(JSON.parse(`[${roster.idItems}]`)).toEqual(named);
    expect(roster.total).toBe(this.model.length);
  }

  somebody(random: number): number {
    return this.model[Math.floor(random * this.model.length)] ?? 0;
  }
}

describe('a roster', () => {
  it('of nobody names nobody', () => {
    new Scene().check();
  });

  it.each([3, ROSTER_LIMIT])(
    'of about %i names who is online, in the order of coming, however they come and go',
    (size) => {
      const scene = new Scene();
      for (let n = 0; n < size; n++) scene.join(n);
      scene.check();
      let random = 7;
      for (let n = size; n < size + 400; n++) {
        random = (random * 16807) % 2147483647;
        const draw = random / 2147483647;
        if (draw < 0.5) scene.join(n);
        else scene.leave(scene.somebody((draw - 0.5) * 2));
        scene.check();
      }
    },
  );

  it('is the same array until somebody comes or goes', () => {
    const users = new OnlineUsers();
    users.apply(step('joined', 1));
    const { users: first } = users.roster(false);
    expect(users.roster(false).users).toBe(first);
    users.apply(step('joined', 2));
    expect(users.roster(false).users).not.toBe(first);
    expect(first).toHaveLength(1);
  });
});
