import type { Faker } from '@faker-js/faker';
import { v7 } from 'uuid';
import type { Person } from './person.js';

/** A message as the table has it, after all that happened to it. */
export interface ToldMessage {
  id: string;
  seq: number;
  rev: number;
  sender: Person;
  content: string;
  replyTo: ToldMessage | undefined;
  mentions: Person[];
  createdAt: Date;
  editedAt: Date | undefined;
  pinnedAt: Date | undefined;
  deletedAt: Date | undefined;
  /** In the order in which their emoji came first. */
  reactions: { emoji: string; people: Person[]; at: Date }[];
  edits: { rev: number; content: string; replacedAt: Date }[];
}

/** What was said in one conversation. */
export interface Story {
  messages: ToldMessage[];
  lastSeq: number;
}

export interface Setting {
  people: readonly Person[];
  messages: number;
  from: Date;
  to: Date;
}

const EMOJI = ['👍', '❤️', '😂', '🎉', '👀', '🙏', '🔥', '✅', '🚀', '😮'];
const RECENT = 20;
const SECOND_MS = 1000;
const HOUR_MS = 3_600_000;

/** Tells a conversation in the order of its log: each change takes the next number, as if it had come over the wire. */
export class StoryTeller {
  private head = 0;
  private readonly told: ToldMessage[] = [];
  private clock: number;
  private readonly meanGapMs: number;

  constructor(
    private readonly faker: Faker,
    private readonly setting: Setting,
  ) {
    this.clock = setting.from.getTime();
    this.meanGapMs = (setting.to.getTime() - this.clock) / Math.max(1, setting.messages);
  }

  tell(): Story {
    for (let n = 0; n < this.setting.messages; n += 1) {
      this.pass();
      this.say();
      this.happen();
    }
    return { messages: this.told, lastSeq: this.head };
  }

  /** People talk in bursts, and then do something else. */
  private pass(): void {
    const gap = this.faker.datatype.boolean(0.8)
      ? Math.min(20 * SECOND_MS, this.meanGapMs)
      : this.faker.number.float({ min: 0, max: 8 * this.meanGapMs });
    const rest = this.setting.to.getTime() - this.clock;
    this.clock += Math.min(Math.max(1, gap), rest / 2);
  }

  private say(): void {
    const { faker } = this;
    const sender = this.somebody();
    const mentioned = faker.datatype.boolean(0.06) ? this.somebody() : undefined;
    const text = sentence(faker);
    const seq = (this.head += 1);
    const createdAt = new Date(this.clock);
    this.told.push({
      id: v7({ msecs: createdAt.getTime() }),
      ...{ seq, rev: seq, sender, createdAt },
      content: mentioned === undefined ? text : `@${mentioned.username} ${text}`,
      replyTo: faker.datatype.boolean(0.1) ? this.recent() : undefined,
      mentions: mentioned === undefined ? [] : [mentioned],
      ...{ editedAt: undefined, pinnedAt: undefined, deletedAt: undefined, reactions: [], edits: [] },
    });
  }

  /** What comes of what was said before. */
  private happen(): void {
    const message = this.recent();
    if (message === undefined || message.deletedAt) return;
    const chance = this.faker.number.float();
    if (chance < 0.12) this.react(message);
    else if (chance < 0.14) this.edit(message);
    else if (chance < 0.145) this.remove(message);
    else if (chance < 0.1452) this.change(message, { pinnedAt: message.pinnedAt ?? new Date(this.clock) });
  }

  private react(message: ToldMessage): void {
    const emoji = this.faker.helpers.arrayElement(EMOJI);
    const person = this.somebody();
    const reaction = message.reactions.find((known) => known.emoji === emoji);
    if (reaction?.people.includes(person)) return;
    if (reaction) reaction.people.push(person);
    else message.reactions.push({ emoji, people: [person], at: new Date(this.clock) });
    this.change(message, {});
  }

  private edit(message: ToldMessage): void {
    const editedAt = new Date(this.clock);
    message.edits.push({ rev: message.rev, content: message.content, replacedAt: editedAt });
    this.change(message, { content: `${message.content} (${sentence(this.faker)})`, editedAt });
  }

  private remove(message: ToldMessage): void {
    this.change(message, { deletedAt: new Date(this.clock), pinnedAt: undefined, reactions: [], mentions: [] });
  }

  private change(message: ToldMessage, change: Partial<ToldMessage>): void {
    Object.assign(message, change, { rev: (this.head += 1) });
  }

  /** Some talk more than others. */
  private somebody(): Person {
    const { people } = this.setting;
    const place = Math.floor(people.length * this.faker.number.float() ** 2);
    const person = people[place];
    if (person === undefined) throw new Error('a conversation has people');
    return person;
  }

  private recent(): ToldMessage | undefined {
    const from = Math.max(0, this.told.length - RECENT);
    const message = this.told[this.faker.number.int({ min: from, max: Math.max(from, this.told.length - 1) })];
    return message && this.clock - message.createdAt.getTime() < 24 * HOUR_MS ? message : undefined;
  }
}

function sentence(faker: Faker): string {
  const kinds = [
    () => faker.hacker.phrase(),
    () => `${faker.company.buzzPhrase()}?`,
    () => faker.lorem.sentence({ min: 3, max: 18 }),
    () => faker.word.words({ count: { min: 1, max: 6 } }),
    () => `${faker.word.interjection()} ${faker.helpers.arrayElement(EMOJI)}`,
  ];
  return faker.helpers.arrayElement(kinds)();
}
