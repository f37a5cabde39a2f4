const machine =
  /(?<!cu)bot\b|crawl|spider|slurp|facebookexternalhit|mediapartners|lighthouse|pingdom|uptime|monitor|preview|scan(?:ner)?\b|curl\/|wget\/|python-requests|python-urllib|go-http-client|libwww/i;

/**
 * Does this User-Agent name itself a machine? Its events are kept, never learned from, never start a journey. A browser
 * run without a window is not one: people test their shops with it.
 */
export function isBot(userAgent: string | undefined): boolean {
  return userAgent !== undefined && machine.test(userAgent);
}
