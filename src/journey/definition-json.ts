import { JourneyDefinition } from './definition.ts';

/** The JSON Schema of a journey, for editors and other tools: the same that checks and types are made of. */
export function journeyJsonSchema(): Record<string, unknown> {
  const form = JSON.parse(JSON.stringify(JourneyDefinition)) as Record<string, unknown>;
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Journey of Beckon', ...form };
}
