import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWK } from 'jose';

type PrivateKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** An OpenID Connect provider on loopback, as openid-client speaks with one: discovery, keys, and codes for tokens. */
export class FakeSignInService {
  /** What the next token says; `nonce` is that of the request unless it is given. */
  claims: Record<string, unknown> = { email: 'ada@shop.example', email_verified: true };
  /** Signs with a key that its list does not have. */
  forged = false;
  readonly #server: Server;
  readonly #key: PrivateKey;
  readonly #jwk: JWK;
  readonly #codes = new Map<string, { nonce: string; challenge: string; back: string }>();
  readonly now: () => number;

  private constructor(parts: { key: PrivateKey; jwk: JWK; now: () => number }) {
    [this.#key, this.#jwk, this.now] = [parts.key, parts.jwk, parts.now];
    this.#server = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => (body += piece.toString()));
      request.on('end', () => {
        void this.#answer(request.url ?? '', new URLSearchParams(body), request.headers.authorization ?? '').then(
          ({ status, value }) => {
            response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
          },
        );
      });
    });
  }

  static async start(now: () => number): Promise<FakeSignInService> {
    const { privateKey, publicKey } = await generateKeyPair('RS256');
    const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    const made = new FakeSignInService({ key: privateKey, jwk, now });
    await new Promise<void>((done) => made.#server.listen(0, '127.0.0.1', done));
    return made;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Somebody signs in there: takes where the browser was sent, gives where it is sent back to. */
  signIn(url: string): string {
    const asked = new URL(url).searchParams;
    const code = `code-${this.#codes.size}`;
    const back = asked.get('redirect_uri')!;
    this.#codes.set(code, { nonce: asked.get('nonce')!, challenge: asked.get('code_challenge')!, back });
    return `${back}?code=${code}&state=${asked.get('state')!}`;
  }

  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(
    path: string,
    body: URLSearchParams,
    authorization: string,
  ): Promise<{ status: number; value: unknown }> {
    const at = this.issuer;
    if (path === '/.well-known/openid-configuration') {
      const ends = { authorization_endpoint: `${at}/go`, token_endpoint: `${at}/token`, jwks_uri: `${at}/keys` };
      return { status: 200, value: { issuer: at, ...ends, id_token_signing_alg_values_supported: ['RS256'] } };
    }
    if (path === '/keys') return { status: 200, value: { keys: [this.#jwk] } };
    const known = this.#codes.get(body.get('code') ?? '');
    const hash = await crypto.subtle.digest('SHA-256', Buffer.from(body.get('code_verifier') ?? ''));
    const isProven = known?.challenge === Buffer.from(hash).toString('base64url');
    const isClient = body.get('client_secret') === 's@cret' || authorization.startsWith('Basic ');
    this.#codes.delete(body.get('code') ?? '');
    if (path !== '/token' || !known || !isProven || !isClient)
      return { status: 400, value: { error: 'invalid_grant' } };
    const key = this.forged ? (await generateKeyPair('RS256')).privateKey : this.#key;
    const second = Math.floor(this.now() / 1000);
    const token = await new SignJWT({ nonce: known.nonce, aud: 'beckon', ...this.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(at)
      .setSubject('u1')
      .setIssuedAt(second)
      .setExpirationTime(second + 60)
      .sign(key);
    return { status: 200, value: { access_token: 'x', token_type: 'Bearer', id_token: token } };
  }
}
