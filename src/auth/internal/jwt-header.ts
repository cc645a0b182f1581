import { JwtService } from '@nestjs/jwt';

/** What kind of token its header says it is (RFC 8725, section 3.11); undefined for what is no JWT. Proves nothing. */
export function headerType(jwt: JwtService, token: string): string | undefined {
  try {
    // Null for what is no JWT, whatever the declared type says.
    const decoded = jwt.decode(token, { complete: true }) as { header: { typ?: string } } | null;
    return decoded?.header.typ;
  } catch {
    return undefined;
  }
}
