import type { AddressInfo } from 'node:net';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import type { ApiResponse } from './api-client.js';
import { type Actor, expectOk } from './scene.js';
import type { TestApp } from './test-app.js';

export interface UploadedFile {
  id: string;
  name: string;
  type: string;
  size: number;
  width?: number;
  height?: number;
}

export interface SentFile {
  name?: string;
  type?: string;
  content: Uint8Array | string;
}

const BOUNDARY = 'the-boundary-of-the-tests';

/** The form of one file, byte by byte as a browser would write it, but for what the name may hold. */
export function form({ name = 'a.bin', type = 'application/octet-stream', content }: SentFile): Buffer {
  return Buffer.concat([
    Buffer.from(
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`,
    ),
    Buffer.from(content),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
}

export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** Sends any body to a route that takes a form; `chunked` keeps its length to itself. */
export async function sendForm(
  app: Pick<TestApp, 'url'>,
  token: string | undefined,
  body: Uint8Array,
  { route = '/attachments', method = 'POST', chunked = false, type = FORM_TYPE } = {},
): Promise<ApiResponse> {
  const response = await fetch(`${app.url}/api${route}`, {
    method,
    headers: { 'content-type': type, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(chunked
      ? { body: new Blob([new Uint8Array(body)]).stream(), duplex: 'half' as const }
      : { body: new Uint8Array(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
}

export async function upload(app: Pick<TestApp, 'url'>, actor: Actor, file: SentFile): Promise<UploadedFile> {
  return expectOk(await sendForm(app, actor.token, form(file))) as UploadedFile;
}

export interface Download {
  status: number;
  headers: Headers;
  content: Buffer;
}

export async function download(
  app: Pick<TestApp, 'url'>,
  actor: Pick<Actor, 'token'>,
  route: string,
  headers: Record<string, string> = {},
): Promise<Download> {
  const response = await fetch(`${app.url}/api${route}`, {
    headers: { ...headers, authorization: `Bearer ${actor.token}` },
  });
  return { status: response.status, headers: response.headers, content: Buffer.from(await response.arrayBuffer()) };
}

/** Every file in the node's storage, what arrives just now too. */
export async function storedFiles({ settings }: Pick<TestApp, 'settings'>): Promise<string[]> {
  const entries = await readdir(path.resolve(settings.DATA_DIR, 'files'), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

/** A PNG of one colour. */
export function png(width: number, height: number): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: '#7744aa' } })
    .png()
    .toBuffer();
}

/** Puts an upload into a message, as the writer of the log does it. */
export async function claim(app: Pick<TestApp, 'sql'>, id: string, messageId: string): Promise<void> {
  await app.sql(`UPDATE attachments SET message_id = $2 WHERE id = $1`, [id, messageId]);
}

export function portOf({ app }: Pick<TestApp, 'app'>): number {
  return (app.getHttpServer() as { address(): AddressInfo }).address().port;
}
