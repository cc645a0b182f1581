export interface ApiRequest {
  /** Access token, sent as `Authorization: Bearer`. */
  token?: string;
  headers?: Record<string, string>;
}

export interface ApiResponse {
  status: number;
  headers: Headers;
  /** Parsed JSON; the text where it is none; undefined where there is nothing. Tests know what they asked for. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads what it expects, and fails if it is not there
  body: any;
}

/** REST as a client sees it; paths are those of protocol section 8, without `/api`. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly defaultToken?: string,
  ) {}

  /** The same API, called with this access token. */
  as(token: string): ApiClient {
    return new ApiClient(this.url, token);
  }

  get = (path: string, request?: ApiRequest) => this.send('GET', path, undefined, request);
  delete = (path: string, request?: ApiRequest) => this.send('DELETE', path, undefined, request);
  post = (path: string, body?: unknown, request?: ApiRequest) => this.send('POST', path, body, request);
  put = (path: string, body?: unknown, request?: ApiRequest) => this.send('PUT', path, body, request);
  patch = (path: string, body?: unknown, request?: ApiRequest) => this.send('PATCH', path, body, request);

  /** A string body goes as it is, so that a test can send what is not JSON. */
  async send(
    method: string,
    path: string,
    body?: unknown,
    { token = this.defaultToken, headers }: ApiRequest = {},
  ): Promise<ApiResponse> {
    const response = await fetch(`${this.url}/api${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.status, headers: response.headers, body: parse(await response.text()) };
  }
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
