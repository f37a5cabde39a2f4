import type { Static } from 'typebox';
import { choice, duration, expression, form, label, next, note, number, place, text, Type } from './definition-form.ts';

const Enough = form(
  {
    items: Type.Optional(
      expression('Over `response`: the list that is counted; absent: `items` of the answer, or the answer itself'),
    ),
    least: Type.Integer({ minimum: 1, description: 'So many items are enough' }),
    otherwise: choice(
      ['send', 'backup', 'skip'],
      'With fewer: go on all the same, with `jo_enough` false; ask the `backup` instead; or go by `onFew`, so that no mail is sent',
    ),
    backup: Type.Optional(place('For `backup`: an action of the same name that is asked instead')),
    onFew: Type.Optional(place('For `skip`; absent: the run ends')),
  },
  'How many items the answer must have',
);

const Batch = form(
  {
    most: Type.Integer({ minimum: 2, maximum: 200, description: 'So many people in one call' }),
    each: Type.Unknown({ description: 'JSON, filled in for each; the list of them is `batch` in the body' }),
    answers: Type.Optional(
      expression('Over `response`: the answers, a list or an object by key; absent: the response itself'),
    ),
    key: Type.Optional(
      expression('Filled in for each: by it the answer is found; absent: answers come in the order of the questions'),
    ),
    of: Type.Optional(
      expression('Over `one`, an answer of the list: its key; absent: the answers are an object by key'),
    ),
    status: Type.Optional(expression('Over `one`: its own status, judged as that of a call')),
  },
  'Many people in one call',
);

const Assertion = form(
  {
    key: text('Name of a secret: a private key as PEM'),
    algorithm: Type.Optional(
      choice(['RS256', 'PS256', 'ES256'], 'RS256 if not said; ES256 wants a key of the curve P-256'),
    ),
    keyId: Type.Optional(text('By which the service knows the key (`kid`)')),
    claims: Type.Record(Type.String(), Type.Unknown(), {
      description: 'By name JSON; each text is a template. `iat`, `exp` and `jti` are added',
    }),
    lasts: Type.Optional(duration('So long it is good; PT5M if not said')),
  },
  'A signed JWT that stands as `assertion` in the request for the token',
);

const Token = form(
  {
    url: text('A path of this server, or an https address; what follows the host is a template'),
    method: Type.Optional(choice(['POST', 'GET'], 'POST if not said')),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'By name a template' })),
    form: Type.Optional(
      Type.Record(Type.String(), Type.String(), {
        description: 'Flat pairs, each a template, sent as a form (application/x-www-form-urlencoded)',
      }),
    ),
    body: Type.Optional(Type.Unknown({ description: 'Or JSON, filled in as the body of the action is' })),
    assertion: Type.Optional(Assertion),
    value: Type.Optional(expression('Over `response`: the token; `response.access_token` if not said')),
    lasts: Type.Optional(
      duration(
        'So long the token is good; absent: `expires_in` of the answer, in seconds, or an hour where it says nothing',
      ),
    ),
  },
  'A token that is asked for first, kept until it expires, and stands as `token` in address, headers and body of the action',
);
export type Token = Static<typeof Token>;

export const CustomAction = form(
  {
    kind: Type.Literal('action'),
    label,
    note,
    name: text('Under this name the answer stands in `context.journey.actions.<name>`'),
    method: choice(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'], 'Method of the call'),
    url: text(
      'A path of this server, such as /v1/recommendations, or an https address; what follows the host is a template',
    ),
    headers: Type.Optional(Type.Record(Type.String(), Type.String(), { description: 'By name a template' })),
    body: Type.Optional(
      Type.Unknown({ description: 'JSON; each text in it is a template, and "=expression" gives the value itself' }),
    ),
    answer: Type.Optional(expression('Over `response`: the part of the answer to keep; absent: all of it')),
    responseSchema: Type.Optional(
      Type.Unknown({ description: 'JSON Schema of the answer; names that read from it are checked on saving' }),
    ),
    responseSample: Type.Optional(
      Type.Unknown({ description: 'Or a sample of the answer; only fields that are in it are kept' }),
    ),
    errorSchema: Type.Optional(
      Type.Unknown({ description: 'JSON Schema of `errorResponse`, the body of a failed call' }),
    ),
    errorSample: Type.Optional(Type.Unknown({ description: 'Or a sample of it' })),
    batch: Type.Optional(Batch),
    enough: Type.Optional(Enough),
    maxAge: Type.Optional(
      duration(
        'An answer older than this when the mail is about to leave is asked for anew; absent: it may have any age',
      ),
    ),
    sign: Type.Optional(text('Name of a secret with which the body is signed, as Standard Webhooks does')),
    certificate: Type.Optional(
      text(
        'Name of a secret: a private key and its certificate as PEM, shown to a service that asks for one (mutual TLS)',
      ),
    ),
    token: Type.Optional(Token),
    consent: Type.Optional(
      choice(
        ['collect', 'personalize', 'email-marketing'],
        'Only people who allow this are told of: for the others no call is made, and their runs go on by `next`',
      ),
    ),
    nulls: Type.Optional(
      choice(['omit', 'send'], 'What becomes of fields of the body that come out empty: left out, or sent as null'),
    ),
    timeout: Type.Optional(duration('For one try, PT0.1S to PT2M; PT10S if not said')),
    retries: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 20,
        description: 'Tries after the first, 3 if not said: of silence, of 408, 429 and 5xx, never of other answers',
      }),
    ),
    deadline: Type.Optional(
      duration(
        'For the whole step with all tries, turns and rests; after it the run goes by `onError`. PT1H if not said',
      ),
    ),
    service: Type.Optional(
      Type.String({
        pattern: '^[a-z0-9][a-z0-9-]{0,59}$',
        description: 'Actions that name the same service share its rate and its breaker; absent: it is this one’s own',
      }),
    ),
    rate: Type.Optional(
      number('At most so many calls a second, of all processes together; 0.2 is one in five seconds'),
    ),
    cache: Type.Optional(duration('So long the answer to the same request serves everybody; absent: each run asks')),
    backOff: Type.Optional(
      form(
        {
          first: Type.Optional(duration('Before the second try, PT1S if not said; doubled for each further one')),
          most: Type.Optional(duration('The longest, PT10M if not said')),
        },
        'Pauses between tries; Retry-After goes before',
      ),
    ),
    next,
    onError: Type.Optional(place('For a failed call; absent: `next`')),
  },
  'A declared HTTP call. A path means this server. Address, headers and body also see `secret.NAME`, which no document holds.',
);
export type CustomAction = Static<typeof CustomAction>;
