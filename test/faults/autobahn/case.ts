import { FrameOptions, maskedFrame, OPCODE } from '../../support/raw-peer.js';

/** What the server must do with a case's frames: answer, or close with a code. */
export interface Expectation {
  /** Texts are answered in order: with `echoed`, or with this error. */
  texts?: ('echoed' | 'bad_json')[];
  /** The payloads of the pongs, in order. */
  pongs?: string[];
  /** The code that the server closes with; without one the connection stays, and closes with 1000 when it is asked to. */
  close?: number;
}

/** A case of Autobahn's fuzzing client, for a gateway whose texts are JSON objects of 64 KiB at most. */
export interface Case extends Expectation {
  id: string;
  name: string;
  /** As they go onto the wire. */
  bytes: Buffer;
  /** Written in pieces of so many bytes, each in a turn of its own; without it in one. */
  chop?: number;
}

const ECHO = '{"type":"echo","n":1';

/** An `echo` command of exactly so many bytes. */
export function textOf(length: number): Buffer {
  return Buffer.from(`${ECHO}}`.padEnd(length));
}

/** An `echo` command whose `ref` has these bytes in it. */
export function textWith(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${ECHO},"ref":"`), bytes, Buffer.from('"}')]);
}

export const SMALL = textOf(40);

export const text = (payload: Buffer | string = SMALL, options?: FrameOptions): Buffer =>
  maskedFrame(OPCODE.text, Buffer.from(payload), options);
export const binary = (payload: Buffer, options?: FrameOptions): Buffer => maskedFrame(OPCODE.binary, payload, options);
export const ping = (payload: Buffer | string = '', options?: FrameOptions): Buffer =>
  maskedFrame(OPCODE.ping, Buffer.from(payload), options);
export const pong = (payload: Buffer | string = '', options?: FrameOptions): Buffer =>
  maskedFrame(OPCODE.pong, Buffer.from(payload), options);
export const more = (payload: Buffer | string, options?: FrameOptions): Buffer =>
  maskedFrame(OPCODE.continuation, Buffer.from(payload), options);

export function close(code?: number, reason: Buffer | string = ''): Buffer {
  if (code === undefined) return maskedFrame(OPCODE.close, Buffer.alloc(0));
  return maskedFrame(OPCODE.close, Buffer.concat([Buffer.from([code >> 8, code & 0xff]), Buffer.from(reason)]));
}

/** A text in fragments of so many bytes. */
export function fragments(payload: Buffer, size: number): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < payload.length; at += size) {
    const part = payload.subarray(at, at + size);
    const fin = at + size >= payload.length;
    parts.push(at === 0 ? text(part, { fin }) : more(part, { fin }));
  }
  return Buffer.concat(parts);
}

/** The cases of a group, numbered. */
export function group(
  prefix: string,
  cases: [name: string, frames: Buffer[], expected: Expectation, chop?: number][],
): Case[] {
  return cases.map(([name, frames, expected, chop], at) => ({
    id: `${prefix}.${at + 1}`,
    name,
    bytes: Buffer.concat(frames),
    ...expected,
    ...(chop !== undefined && { chop }),
  }));
}
