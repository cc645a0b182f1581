import type { Latencies } from '../harness/statistics.js';
import type { ClientOptions } from './client.js';
import type { Member } from './dialects.js';

export interface ConnectInput extends ClientOptions {
  members: Member[];
  /** Connections that may be on their way at the same time. */
  concurrency: number;
  /** Loopback addresses to come from, in turn. */
  addresses?: string[];
  /** Servers to connect to, in turn, in place of `port`: member n to the one at n modulo their number. */
  ports?: number[];
}

export interface Connected {
  connected: number;
  /** How many failed, by reason. */
  failed: Record<string, number>;
  seconds: number;
  latency: Latencies;
}

export interface FanOutInput {
  event: 'message' | 'typing';
  senders: number;
  seconds: number;
  /** Messages on their way at the same time, all senders together. */
  window: number;
}

export interface FanOutResult {
  sent: number;
  deliveries: number;
  /** `sent` times receivers. */
  expected: number;
  seconds: number;
  /** Messages whose number does not follow the one before, and receivers who got too few or too many. */
  disordered: number;
}

export interface OfferedInput {
  senders: number;
  seconds: number;
  deliveriesPerSecond: number;
}

export interface OfferedResult extends FanOutResult {
  latency: Latencies;
}

export interface DurableInput {
  senders: number;
  seconds: number;
}

export interface DurableResult {
  acknowledged: number;
  refused: number;
  /** Messages that came to receivers, the senders themselves among them. */
  deliveries: number;
  expected: number;
  /** Messages whose number does not follow the one before. */
  disordered: number;
  seconds: number;
  latency: Latencies;
}

export interface LoneInput {
  messages: number;
}

export interface SeenResult {
  /** From the send to its delivery to the sender itself, on its own node. */
  own: Latencies;
  /** From the send to its delivery to the second client. */
  other: Latencies;
  /** How much later than to the sender it was delivered to the second client. */
  later: Latencies;
}

export interface RelayInput {
  /** Signals on their way per pair. */
  window: number;
  seconds: number;
  bytes: number;
}

export interface RelayResult {
  relayed: number;
  seconds: number;
  latency: Latencies;
}

export interface SignalsInput {
  /** How many stand together in a room: the first so many clients in the first, and so on. */
  roomSize: number;
  perSecond: number;
  seconds: number;
  bytes: number;
}

export interface SignalsResult {
  sent: number;
  received: number;
  /** Signals whose number does not follow the one before. */
  disordered: number;
  latency: Latencies;
}

export interface MatchesInput {
  maxPlayers: number;
  /** Only those whose criteria are equal come together. */
  criteria: object;
}

export interface MatchesResult {
  /** Until the last player whose room is full knew that its game starts. */
  seconds: number;
  /** From the call to its `match_found`. */
  latency: Latencies;
  matched: number;
  /** Players who were told that their game starts. */
  started: number;
  fullRooms: number;
  partRooms: number;
  overfilledRooms: number;
}

export interface ChurnInput extends ClientOptions {
  members: Member[];
  /** Joins that may be on their way at the same time. */
  concurrency: number;
  /** How long each is there, and then away. */
  stayMs: number;
  /** How long is measured, once as many leave as come. */
  seconds: number;
  /** The server's process: its CPU is read at the same two moments as all else. */
  serverPid: number;
  /** How many of the connections, from the first on, are those that sit there and count what they are told. */
  seated: number;
}

export interface ChurnResult {
  /** While it was measured, as the next three: pairs of a join and a leave. */
  joinsAndLeaves: number;
  seconds: number;
  /** Seconds of the server's CPU. */
  cpu: number;
  /** How many frames each who sits there got. */
  framesEach: number;
  failed: Record<string, number>;
  /** Joins and leaves from the first to the last, and how many of them one who sits there was told of. */
  happened: number;
  told: number;
}

export interface ResumeInput extends ClientOptions {
  members: Member[];
  /** How many changes each missed. */
  missed: number;
  times: number;
}

export interface ResumeResult {
  latency: Latencies;
  /** Replays that were not whole, in order and complete. */
  wrong: number;
}

export interface RequestsInput {
  port: number;
  token: string;
  paths: string[];
  /** What every answer's `items` must number. */
  items: number;
}

export interface RequestsResult {
  latency: Latencies;
  wrong: number;
}

/** What a load process can be asked to do; one thing at a time. */
export interface Tasks {
  connect: (input: ConnectInput) => Promise<Connected>;
  disconnect: () => Promise<number>;
  /** How many connections the server still holds open. */
  held: () => Promise<number>;
  fanOut: (input: FanOutInput) => Promise<FanOutResult>;
  offered: (input: OfferedInput) => Promise<OfferedResult>;
  durable: (input: DurableInput) => Promise<DurableResult>;
  lone: (input: LoneInput) => Promise<Latencies>;
  seen: (input: LoneInput) => Promise<SeenResult>;
  relay: (input: RelayInput) => Promise<RelayResult>;
  signals: (input: SignalsInput) => Promise<SignalsResult>;
  matches: (input: MatchesInput) => Promise<MatchesResult>;
  churn: (input: ChurnInput) => Promise<ChurnResult>;
  resume: (input: ResumeInput) => Promise<ResumeResult>;
  requests: (input: RequestsInput) => Promise<RequestsResult>;
}

export interface TaskRequest {
  id: number;
  task: keyof Tasks;
  input: unknown;
}

export interface TaskAnswer {
  id: number;
  result?: unknown;
  error?: string;
}
