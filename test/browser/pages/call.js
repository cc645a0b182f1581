// A call of any number of pages, each with each. How signals travel is a module of its own: channel.js, room.js or call-room.js.
import { Peer } from './peer.js';
import { trafficOf } from './traffic.js';

const CAMERA = { audio: true, video: { width: 320, height: 240, frameRate: 15 } };

const peers = new Map();
const texts = [];
const errors = [];
const told = [];
/** What has arrived since `hold`, and waits for `release`. */
let held;
let signaling;
let media;
let closedWith;
const marks = new WeakMap();

addEventListener('error', ({ message }) => errors.push(message));
addEventListener('unhandledrejection', ({ reason }) => errors.push(String(reason?.stack ?? reason)));

function meet(id, isPolite) {
  peers.get(id)?.close();
  const send = (signal) => signaling.send(id, signal);
  const peer = new Peer({ isPolite, media, send, said: (text) => texts.push(`${id}: ${text}`) });
  peers.set(id, peer);
  return peer;
}

function part(id) {
  peers.get(id)?.close();
  peers.delete(id);
}

async function receive(from, signal) {
  if (held) {
    held.push([from, signal]);
    return;
  }
  const { description, candidate } = signal;
  const known = peers.get(from);
  if (!description) await known?.candidate(candidate);
  else if (!known) errors.push(`a description of ${from}, who has not joined`);
  else if (known.isOfAnother(description)) await meet(from, known.isPolite).description(description);
  else await known.description(description);
}

globalThis.call = {
  errors,
  /** Who joined and left, as the server told. */
  told: () => told,

  /** Comes into the room, and offers to everyone who is there. */
  async join({ signaling: module, ...options }) {
    media ??= await navigator.mediaDevices.getUserMedia(CAMERA);
    const { open } = await import(`./${module}.js`);
    signaling = await open(options, {
      joined: ({ id, order }) => {
        told.push(`joined ${id}`);
        meet(id, signaling.order > order);
      },
      left: (id) => {
        told.push(`left ${id}`);
        part(id);
      },
      received: receive,
      closed: (code) => (closedWith = code),
      failed: (failure) => errors.push(JSON.stringify(failure)),
    });
    for (const { id, order } of signaling.others) meet(id, signaling.order > order).begin();
    return { id: signaling.id, order: signaling.order };
  },

  isWith: (ids) => JSON.stringify([...peers.keys()].sort()) === JSON.stringify([...ids].sort()),
  wasClosedWith: (code) => closedWith === code,

  /** Counts traffic from now on. */
  async mark() {
    for (const { connection } of peers.values()) marks.set(connection, await trafficOf(connection));
  },

  /** Whether audio and video have come from each of them, and gone to each, since the mark; all are connected. */
  async flows(ids) {
    for (const id of ids) {
      const connection = peers.get(id)?.connection;
      if (connection?.connectionState !== 'connected') return false;
      const traffic = await trafficOf(connection);
      const mark = marks.get(connection) ?? {};
      const grew = (key, by) => traffic[key] - (mark[key] ?? 0) >= by;
      if (!grew('audioIn', 500) || !grew('videoIn', 2000) || !grew('framesDecoded', 3)) return false;
      if (!grew('audioOut', 500) || !grew('videoOut', 2000)) return false;
    }
    return true;
  },

  /** What is known of each connection, for a test that failed. */
  async state() {
    const all = [...peers].map(async ([id, { connection, channel, glare, streams }]) => {
      const { connectionState, signalingState, iceConnectionState } = connection;
      const traffic = await trafficOf(connection);
      const state = { connectionState, signalingState, iceConnectionState, channel: channel?.readyState };
      return [id, { ...state, glare, streams: streams.length, traffic }];
    });
    return { errors, texts, closedWith, order: signaling?.order, peers: Object.fromEntries(await Promise.all(all)) };
  },

  canSay: () => [...peers.values()].every(({ channel }) => channel?.readyState === 'open'),

  say(text) {
    for (const { channel } of peers.values()) channel.send(text);
  },

  /** From now on nothing that arrives is looked at. */
  hold() {
    held = [];
  },

  holdsAnOffer: () => held.some(([, { description }]) => description?.type === 'offer'),

  async release() {
    const waiting = held;
    held = undefined;
    for (const [from, signal] of waiting) await receive(from, signal);
  },

  /** Shows everyone a picture that moves: one more video, and so another offer. */
  share() {
    const canvas = Object.assign(document.createElement('canvas'), { width: 160, height: 120 });
    const pen = canvas.getContext('2d');
    let n = 0;
    setInterval(() => {
      pen.fillStyle = `hsl(${(n += 7) % 360} 80% 50%)`;
      pen.fillRect(n % 120, n % 80, 40, 40);
    }, 100);
    const stream = canvas.captureStream(10);
    for (const { connection } of peers.values()) connection.addTrack(stream.getVideoTracks()[0], stream);
  },

  /** Whether so many videos have come from it, in bytes. */
  async hasVideosOf(id, count) {
    const peer = peers.get(id);
    return peer !== undefined && (await trafficOf(peer.connection)).videosIn === count;
  },

  leave: () => signaling.close(),
};
