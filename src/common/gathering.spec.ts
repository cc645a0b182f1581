import { beforeEach, describe, expect, it } from 'vitest';
import { Unavailable } from './domain-error.js';
import { Gathering } from './gathering.js';
import { ManualClock } from './manual-clock.js';

interface Go {
  questions: readonly number[];
  answer: () => void;
  fail: (error: Error) => void;
}

let clock: ManualClock;
let goes: Go[];
let gathering: Gathering<number, string>;

beforeEach(() => {
  clock = new ManualClock();
  goes = [];
  gathering = new Gathering(
    (questions) =>
      new Promise((resolve, reject) => {
        const answer = () => {
          resolve(questions.map(String));
        };
        goes.push({ questions, answer, fail: reject });
      }),
    clock,
  );
});

async function settled(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const asked = () => goes.map(({ questions }) => questions);

/** Resolves once they have been asked, where it is their turn. */
async function ask(...questions: number[]): Promise<Promise<unknown>[]> {
  const answers = questions.map((question) => gathering.ask(question).catch((error: unknown) => error));
  await settled();
  return answers;
}

describe('a gathering', () => {
  it('asks together what comes in one turn, and what came while two goes were under way', async () => {
    const first = await ask(1, 2);
    const second = await ask(3);
    const late = [...(await ask(4)), ...(await ask(5, 6))];
    expect(asked()).toEqual([[1, 2], [3]]);
    goes[1]?.answer();
    await settled();
    expect(asked()).toEqual([[1, 2], [3], [4, 5, 6]]);
    goes[2]?.answer();
    goes[0]?.answer();
    expect(await Promise.all([...first, ...second, ...late])).toEqual(['1', '2', '3', '4', '5', '6']);
  });

  it('asks no more than 500 in one go, and leaves nobody over', async () => {
    const questions = Array.from({ length: 1200 }, (_, n) => n);
    const answers = await ask(...questions);
    expect(asked().map(({ length }) => length)).toEqual([500, 500]);
    for (let n = 0; n < 3; n++) {
      goes[n]?.answer();
      await settled();
    }
    expect(await Promise.all(answers)).toEqual(questions.map(String));
    const again = await ask(1);
    goes[3]?.answer();
    expect(await again[0]).toBe('1');
  });

  it('refuses those of a go that fails, and nobody else', async () => {
    const [first] = await ask(1);
    const [second] = await ask(2);
    const [third] = await ask(3);
    goes[0]?.fail(new Unavailable());
    goes[1]?.answer();
    await settled();
    goes[2]?.answer();
    expect(await first).toBeInstanceOf(Unavailable);
    expect([await second, await third]).toEqual(['2', '3']);
  });

  it('sends away those who wait when nothing has been answered for a second, and asks anew after that', async () => {
    const [first] = await ask(1);
    const [second] = await ask(2);
    const waiting = await ask(3, 4);
    clock.advance(1000);
    goes[0]?.fail(new Unavailable());
    expect(await first).toBeInstanceOf(Unavailable);
    for (const outcome of await Promise.all(waiting)) expect(outcome).toBeInstanceOf(Unavailable);
    const [later] = await ask(5);
    expect(asked()).toEqual([[1], [2], [5]]);
    goes[2]?.answer();
    expect(await later).toBe('5');
    goes[1]?.answer();
    expect(await second).toBe('2');
  });
});
