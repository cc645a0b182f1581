// The floor of a read over HTTP: node:http, a verified JWT, the bare query, and JSON of its rows; no session is looked up,
// no right to read is asked for, nothing is logged.
import { createHmac, timingSafeEqual } from 'node:crypto';
import http from 'node:http';
import pg from 'pg';
import { READ_QUERIES } from './database-reader.types.js';
import { listen } from './listen.js';

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] ?? '', max: 10 });
const secret = process.env['JWT_SECRET'] ?? '';

function isSigned(token: string): boolean {
  const end = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(end + 1), 'base64url');
  const wanted = createHmac('sha256', secret).update(token.slice(0, end)).digest();
  return signature.length === wanted.length && timingSafeEqual(signature, wanted);
}

async function read(url: URL): Promise<string> {
  const [, , , conversationId, route] = url.pathname.split('/');
  const way = route === 'changes' ? 'changes' : 'page';
  const seq = url.searchParams.get(way === 'page' ? 'before_seq' : 'since');
  const values = [conversationId, seq, url.searchParams.get('limit')];
  const { rows } = await pool.query({ name: way, text: READ_QUERIES[way], values });
  return JSON.stringify({ items: rows });
}

async function answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
  if (!isSigned(request.headers.authorization?.slice('Bearer '.length) ?? '')) {
    response.writeHead(401).end();
    return;
  }
  const body = await read(new URL(request.url ?? '', 'http://localhost'));
  const headers = { 'Content-Type': 'application/json; charset=utf-8', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(200, headers).end(body);
}

const server = http.createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500).end(String(error));
  });
});
listen(server);
