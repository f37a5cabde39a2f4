import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  enableNonRepudiationChecks,
  type Configuration,
} from 'openid-client';
import { BeckonError, type Random } from '../base/index.ts';
import { errors } from './error.ts';

/** Another service that signs people in, by OpenID Connect. */
export interface ServiceSettings {
  issuer: string;
  clientId: string;
  clientSecret: string;
}

/** What is kept in the browser between going there and coming back. */
interface Kept {
  state: string;
  nonce: string;
  verifier: string;
}

/**
 * Signing in by another service: OpenID Connect's code flow with PKCE, state and nonce. Who comes back is known by a mail
 * address that the service says it has verified; whether it is a member's is for the team to say.
 */
export class SignInService {
  /** Host of the issuer, for showing. */
  readonly name: string;
  readonly #settings: ServiceSettings;
  readonly #random: Random;
  readonly #back: string;
  #config: Promise<Configuration> | undefined;

  /** @param back where the service sends people back to; it must know this address */
  constructor(settings: ServiceSettings, { random, back }: { random: Random; back: string }) {
    this.#settings = settings;
    this.#random = random;
    this.#back = back;
    this.name = new URL(settings.issuer).host;
  }

  /**
   * Where to send the browser, and what it keeps until it comes back, as text.
   *
   * @throws TEAM_SERVICE_SILENT
   */
  async begin(): Promise<{ url: string; kept: string }> {
    const config = await this.#open();
    const word = () => Buffer.from(this.#random.bytes(32)).toString('base64url');
    const kept: Kept = { state: word(), nonce: word(), verifier: word() };
    const url = buildAuthorizationUrl(config, {
      redirect_uri: this.#back,
      scope: 'openid email',
      state: kept.state,
      nonce: kept.nonce,
      code_challenge: await calculatePKCECodeChallenge(kept.verifier),
      code_challenge_method: 'S256',
    });
    return { url: url.href, kept: JSON.stringify(kept) };
  }

  /**
   * Whose address came back.
   *
   * @param query what followed `?`; @param kept as `begin` gave it
   * @throws TEAM_SERVICE_SILENT, TEAM_SERVICE_REFUSED
   */
  async end(query: string, kept: string): Promise<string> {
    const config = await this.#open();
    const { state, nonce, verifier } = JSON.parse(kept) as Kept;
    const came = new URL(this.#back);
    came.search = query;
    const how = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true };
    const tokens = await authorizationCodeGrant(config, came, how).catch((cause: unknown) => {
      throw new BeckonError(errors.TEAM_SERVICE_REFUSED, `${this.name} did not sign in: ${wordOf(cause)}`, { cause });
    });
    const claims = tokens.claims();
    const [email, isVerified] = [claims?.['email'], claims?.['email_verified']];
    if (typeof email === 'string' && (isVerified === true || isVerified === 'true')) return email;
    throw new BeckonError(errors.TEAM_SERVICE_REFUSED, `${this.name} gave no mail address that it has verified`);
  }

  /** What the service says of itself, asked once; after a failure again. */
  #open(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#settings;
    const at = new URL(issuer);
    // The signature is looked at too, not only the connection that the token came over.
    const execute = [enableNonRepudiationChecks, ...(at.protocol === 'http:' ? [allowInsecureRequests] : [])];
    this.#config ??= discovery(at, clientId, clientSecret, undefined, { execute, timeout: 10 }).catch(
      (cause: unknown) => {
        this.#config = undefined;
        throw new BeckonError(errors.TEAM_SERVICE_SILENT, `${this.name} could not be asked: ${wordOf(cause)}`, {
          cause,
        });
      },
    );
    return this.#config;
  }
}

function wordOf(cause: unknown): string {
  return (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
}
