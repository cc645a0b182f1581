import { randomUUID } from 'node:crypto';
import { Server, ServerResponse, STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import { Problem, problem } from './problem.js';

/** As Node calls it. */
export const REQUEST_TIMEOUT = 'ERR_HTTP_REQUEST_TIMEOUT';

/** Answers what Node's HTTP parser refuses, which never becomes a request, with problem details like every other error. */
export function answerParserErrors(server: Server): void {
  server.on('clientError', (error: NodeJS.ErrnoException, duplex) => {
    refuseConnection(duplex as Socket, error.code);
  });
}

/** Answers what can no longer be answered as a request, if nothing has been yet, and ends the connection. */
export function refuseConnection(socket: Socket & { _httpMessage?: ServerResponse | null }, code?: string): void {
  // The rest of an answer that has begun would follow ours.
  if (!socket.writable || socket._httpMessage?.headersSent === true) socket.destroy();
  else
    socket.end(answerOf(refusal(code)), () => {
      socket.destroy();
    });
}

function refusal(code = ''): Problem {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return problem(431, 'too_large', 'The headers are too large.');
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return problem(413, 'too_large', 'The chunk extensions are too large.');
    case REQUEST_TIMEOUT:
      return malformed(408, 'The request took too long to arrive.');
    default:
      return malformed(400, 'This is not HTTP/1.1.');
  }
}

function malformed(status: number, detail: string): Problem {
  return { ...problem(status, 'validation_failed', detail), errors: [{ field: 'request', problems: [detail] }] };
}

function answerOf(refused: Problem): string {
  const id = randomUUID();
  const body = JSON.stringify({ ...refused, request_id: id });
  const head = [
    `HTTP/1.1 ${refused.status} ${STATUS_CODES[refused.status] ?? 'Error'}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    `X-Request-Id: ${id}`,
    'Connection: close',
  ];
  return `${head.join('\r\n')}\r\n\r\n${body}`;
}
