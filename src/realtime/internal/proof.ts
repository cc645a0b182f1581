import { Credential, CredentialRefused, Identity } from '../connection-authenticator.js';
import { ConnectionServices } from './connection-services.js';

/** Whose a credential is. @throws CredentialRefused */
export async function prove({ authenticator }: ConnectionServices, credential: Credential): Promise<Identity> {
  if (credential.value === '') throw new CredentialRefused('invalid_token');
  return authenticator.authenticate(credential);
}

/** As `prove`, for a fresh token on an open connection: of the same user and session, as the identity is never swapped. */
export async function proveAgain(services: ConnectionServices, token: string, before: Identity): Promise<Identity> {
  const identity = await prove(services, { kind: 'token', value: token });
  if (identity.userId !== before.userId || identity.sessionId !== before.sessionId)
    throw new CredentialRefused('invalid_token');
  return identity;
}
