/** What to do about each cause that a check can name. */
export const cures = {
  wrong_path:
    'Nothing receives webhooks at this path. Compare it with the path of the mount (by default /webhooks/koywe, after any prefix ' +
    'of a router or a proxy), and register exactly that URL with Koywe.',
  wrong_secret:
    'The server verifies with another secret. Give the server and this command the secret that is registered with Koywe ' +
    '(KOYWE_WEBHOOK_SECRET, of the Payments API KOYWE_PAYMENTS_SECRET): no quotes, no spaces, no line end. A copy of the secret for another environment looks the same.',
  other_api:
    "A receiver of Koywe's other API answers here. Examine the ramp API without --payments and the Payments API with it, each at the " +
    'URL of its own receiver: koyweWebhooks for the ramp API, koywePayments for the Payments API.',
  parser_eats:
    'Something reads the body before the receiver does and leaves nothing of it. Mount the receiver before body parsers, or ' +
    'exclude its path from them, or let them leave the bytes in `rawBody`.',
  parser_changes:
    'Something changes the body before the signature is verified: a parser with a reviver, a sanitizer, a validator that drops or ' +
    'trims fields, a proxy, or code that builds the payload again from named fields. Mount the receiver before it, or exclude the ' +
    'path from it, and verify every field as it came.',
  accepts_forgeries:
    'The server says yes to what Koywe has not signed, so anyone can report a payment. Verify the signature over the whole body ' +
    'before anything else, refuse to start without a secret, and answer 401 or 400 otherwise.',
  accepts_malformed:
    'The server says yes to a signed body that is not an event, so nobody would notice that it was lost. Answer 400.',
  no_size_limit:
    'A stranger can send bodies of any size. Limit them: a Koywe event is below 64 KiB.',
  reads_compressed:
    'Something decompresses request bodies. Koywe does not compress, so refuse Content-Encoding with 415: a small body can unpack ' +
    'to a very large one.',
  compressed_request:
    'Something on the way compresses the request body: Koywe does not. Turn off compression of requests in the proxy or gateway ' +
    'in front of the server.',
  compressed_answer:
    'Something compresses the answers. Exclude the path from compression, in the application or in the proxy in front of it: the ' +
    "answers are a few bytes, and `cache-control: no-transform` or the proxy's own setting turns it off.",
  hang:
    'The request is never answered. Look for middleware that does not call `next()`, a handler that never answers, or a parser ' +
    'that waits for a body which somebody else has read.',
  closed:
    'The connection ends without an answer. The process may have crashed (see its log), or a proxy closes connections.',
  server_gone: 'The server has stopped listening: it may have crashed. Its log says why.',
  redirect:
    'A redirect loses the delivery: clients turn the POST into a GET without a body. Register the final URL with Koywe: https ' +
    'instead of http, the right host, with or without the slash at the end.',
  error_page:
    'A page for people answers instead of the receiver: an error page, a login page or a single-page application that answers ' +
    'every path. Route the path to the receiver in the proxy, and look into the log if the page tells of an error.',
  blocked:
    'Something in front refuses the request before the receiver sees it: CSRF protection, a login, a rate limit or a firewall. ' +
    'Exclude the path from it; the signature is what protects it.',
  listener_fails:
    "The receiver works, but the application's own code failed or took too long; the log of the server has the error. An order " +
    'that you do not know must not be an error: answer 200 to it.',
  server_fails:
    'The server fails on a request that it should refuse. Koywe may retry after a 5xx, and strangers can fill the log. Refuse what ' +
    'is not signed with a 4xx, before any other work.',
  duplicate_refused:
    'Koywe may send an event twice, and retries until it gets a yes. Answer 200 to a duplicate, without handling it again.',
  not_exactly_200:
    'Answer 200: it is the only answer that every reader of the documentation takes as done.',
  yes_by_accident:
    'Koywe takes any truthy body with a 2xx as a yes: an object, a text, a page, also "false" in quotes. Answer the bare JSON ' +
    'literal true or false and nothing else, and never redirect.',
  allows_anyone:
    'The callback says yes to a user who does not exist, or to a caller who is not Koywe. Check the credential first, then the user.',
  wrong_credential:
    'The callback refuses this credential. Give the one that is registered with Koywe (KOYWE_CALLBACK_TOKEN or --bearer).',
  not_played: 'Run the doctor again when this is possible.',
  unexpected:
    'No check knows this answer. Compare the status and the body with the table of answers in the README, and see the log of the server.',
} as const satisfies Readonly<Record<string, string>>

/** Why a check has not passed. */
export type Cause = keyof typeof cures
