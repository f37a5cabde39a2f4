import type { TSchema } from 'typebox';
import { BeckonError, isUuid } from '../base/index.ts';
import { isTokenNamespace, mintIdentityToken, tokenKey } from '../profile/index.ts';
import { IdentityKeyView, IdentityTokenInput, IdentityTokenView } from './contract-in.ts';
import type { Call, Door } from './door.ts';
import { isEcid } from './edge-identity.ts';
import { errors } from './error.ts';
import type { House } from './house.ts';

type Make = <B extends TSchema>(door: Door<B>) => void;

const usualSeconds = 3600;

/** Doors for identity tokens: the key that a shop's server signs with by itself, and a token signed here. */
export function identityDoors(make: Make, house: House): void {
  make({
    method: 'GET',
    path: '/identity-key',
    scope: 'profiles',
    summary: 'The key with which this secret key signs identity tokens by itself. Revoking the secret key ends them.',
    answer: IdentityKeyView,
    work: async (call) => {
      const kid = await signerOf(call, house);
      return { kid, key: tokenKey(house.settings.secret, kid) };
    },
  });
  make({
    method: 'POST',
    path: '/identity-tokens',
    scope: 'profiles',
    summary: 'An identity token for one device: the page passes it as data.__beckon.identityToken.',
    body: IdentityTokenInput,
    answer: IdentityTokenView,
    work: async (call) => {
      const { ecid, namespace, id, seconds = usualSeconds } = call.body;
      if (!isEcid(ecid)) throw refusal(`"${ecid}" is not an ECID of 38 digits`, 'ecid');
      const name = namespace.trim().toLowerCase();
      if (!isTokenNamespace(name)) throw refusal(`"${namespace}" does not name persons`, 'namespace');
      if (id.trim() === '' || /\p{Cc}/u.test(id)) throw refusal('The id is empty or has control characters', 'id');
      const kid = await signerOf(call, house);
      const expires = Math.floor(house.clock.real() / 1000) + seconds;
      const signer = { kid, key: tokenKey(house.settings.secret, kid) };
      const token = mintIdentityToken(signer, { ecid, identity: { namespace: name, id }, expires });
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },
  });
}

/** The id of the key that asks; only a key that is kept can be revoked, so only such a one signs. */
async function signerOf(call: Call<unknown>, house: House): Promise<string> {
  const admitted = call.bearer === undefined ? null : await house.keys.admit(call.bearer);
  if (admitted && isUuid(admitted.id)) return admitted.id;
  throw new BeckonError(errors.API_KEY_NOT_ENOUGH, 'Identity tokens are signed in the name of a secret key', {
    mend: 'Ask with Authorization: Bearer KEY; POST /v1/keys makes one',
  });
}

function refusal(sentence: string, where: string): BeckonError {
  return new BeckonError(errors.API_INPUT_INVALID, sentence, { where });
}
