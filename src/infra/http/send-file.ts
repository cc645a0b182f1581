import type { Request, Response } from 'express';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file that nobody changes, and how to read it, or a part from `start` to `end`. */
export interface ServedFile {
  /** Of its content. */
  etag: string;
  name: string;
  type: string;
  size: number;
  /** Whether a browser may show it where it is linked. */
  inline: boolean;
  read(range?: { start: number; end: number }): Promise<Readable>;
}

/**
 * Answers with a file of a user, or a part of it (RFC 9110, section 14), so that it does no harm: never as a page of ours, with
 * no right to run anything, and for the caller's own cache alone, which asks each time.
 */
export async function sendFile(request: Request, response: Response, file: ServedFile): Promise<void> {
  setHeaders(response, file);
  if (request.fresh) {
    response.status(304).end();
    return;
  }
  const range = rangeOf(request, file);
  if (range === 'unsatisfiable') {
    response.status(416).setHeader('Content-Range', `bytes */${file.size}`).removeHeader('Content-Disposition');
    response.end();
    return;
  }
  if (range !== undefined) {
    response.status(206).setHeader('Content-Range', `bytes ${range.start}-${range.end}/${file.size}`);
  }
  response.setHeader('Content-Length', range === undefined ? file.size : range.end - range.start + 1);
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await stream(await file.read(range), response);
}

function setHeaders(response: Response, { etag, name, type, inline }: ServedFile): void {
  // Express writes the name as RFC 6266 has it, for old clients and in full.
  response.attachment(name);
  if (inline)
    response.setHeader(
      'Content-Disposition',
      String(response.getHeader('Content-Disposition')).replace(/^attachment/, 'inline'),
    );
  response.setHeader('Content-Type', type === 'text/plain' ? `${type}; charset=utf-8` : type);
  response.setHeader('Content-Security-Policy', "sandbox; default-src 'none'");
  response.setHeader('Cache-Control', 'private, no-cache');
  response.setHeader('ETag', etag);
  response.setHeader('Accept-Ranges', 'bytes');
}

/** The one part that is asked for; several, or something else than bytes, are answered with the whole. */
function rangeOf(
  request: Request,
  { size, etag }: ServedFile,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const ranges = request.range(size);
  if (ranges === -1) return 'unsatisfiable';
  if (ranges === undefined || ranges === -2 || ranges.type !== 'bytes' || ranges.length !== 1) return undefined;
  return ranges[0];
}

async function stream(content: Readable, response: Response): Promise<void> {
  try {
    await pipeline(content, response);
  } catch (error) {
    // Who goes away in the middle does not want the rest.
    if (response.destroyed && (error as NodeJS.ErrnoException).code === 'ERR_STREAM_PREMATURE_CLOSE') return;
    throw error;
  }
}
