import type { NextFunction, Request, Response } from 'express';
import { refuseConnection, REQUEST_TIMEOUT } from './parser-errors.js';

/** For the whole of a small body, and on top of the time that a large one takes. */
const GRACE_MS = 30_000;
/** 32 KB a second: a file over a poor connection arrives, and who sends a byte now and then is sent away. */
const SLOWEST_BYTES_PER_MS = 32;
const LOOK_EVERY_MS = 5_000;
/** After an answer that did not need the body: long enough for the client to read it before the connection ends. */
const LINGER_MS = 2_000;

/** Whether a body that has brought so many bytes in this time is too slow. */
export function isTooSlow(elapsedMs: number, bytes: number): boolean {
  return elapsedMs > GRACE_MS + bytes / SLOWEST_BYTES_PER_MS;
}

/**
 * Ends a request whose body trickles in with 408, and a connection that goes on sending a body which was answered already.
 * In place of Node's `requestTimeout`, which is one for all sizes.
 */
export function bodyPace(request: Request, response: Response, next: NextFunction): void {
  const { 'content-length': length, 'transfer-encoding': chunked } = request.headers;
  if (chunked !== undefined || (length !== undefined && length !== '0')) watch(request, response);
  next();
}

function watch(request: Request, response: Response): void {
  const { socket } = request;
  const [begun, before] = [performance.now(), socket.bytesRead];
  const watcher = setInterval(() => {
    if (isTooSlow(performance.now() - begun, socket.bytesRead - before)) refuseConnection(socket, REQUEST_TIMEOUT);
  }, LOOK_EVERY_MS).unref();
  request.once('close', () => {
    clearInterval(watcher);
  });
  response.once('finish', () => {
    if (request.complete) return;
    const end = setTimeout(() => socket.destroy(), LINGER_MS).unref();
    request.once('close', () => {
      clearTimeout(end);
    });
  });
}
