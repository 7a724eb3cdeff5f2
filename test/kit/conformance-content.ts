// What the servers of the official conformance suite hold in either era of the protocol: the tools that only answer, the
// resources and the prompts, by the names that the suite calls.

/** One red pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==';
/** A sound of no length. */
const wav = 'UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=';

export const toText = (text: string) => ({ type: 'text' as const, text });
const image = { type: 'image' as const, data: png, mimeType: 'image/png' };

/** What a tool answers with, of what both libraries know. */
export type Content = ReturnType<typeof toText> | typeof image | typeof sound | ReturnType<typeof toEmbedded>;

const sound = { type: 'audio' as const, data: wav, mimeType: 'audio/wav' };
const toEmbedded = (uri: string, mimeType: string, text: string) => ({
  type: 'resource' as const,
  resource: { uri, mimeType, text },
});

/** Tools that take nothing and answer at once. */
export const plainTools: Readonly<Record<string, { description: string; isError?: true; content: Content[] }>> = {
  test_simple_text: {
    description: 'Answers with text',
    content: [toText('This is a simple text response for testing.')],
  },
  test_image_content: { description: 'Answers with an image', content: [image] },
  test_audio_content: { description: 'Answers with a sound', content: [sound] },
  test_embedded_resource: {
    description: 'Answers with a resource',
    content: [toEmbedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.')],
  },
  test_multiple_content_types: {
    description: 'Answers with text, an image and a resource',
    content: [
      toText('Multiple content types test:'),
      image,
      toEmbedded('test://mixed-content-resource', 'application/json', JSON.stringify({ test: 'data', value: 123 })),
    ],
  },
  test_error_handling: {
    description: 'Fails',
    isError: true,
    content: [toText('This tool intentionally returns an error for testing')],
  },
};

/** Every keyword of JSON Schema 2020-12 that a list of tools must keep. */
export const jsonSchemaTool = {
  name: 'json_schema_2020_12_tool',
  description: 'Tool with JSON Schema 2020-12 features',
  inputSchema: {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    type: 'object' as const,
    $defs: {
      address: {
        $anchor: 'addressDef',
        type: 'object',
        properties: { street: { type: 'string' }, city: { type: 'string' } },
      },
    },
    properties: {
      name: { type: 'string' },
      address: { $ref: '#/$defs/address' },
      contactMethod: { type: 'string', enum: ['phone', 'email'] },
      phone: { type: 'string' },
      email: { type: 'string' },
    },
    allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
    if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
    // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
    then: { required: ['phone'] },
    else: { required: ['email'] },
    additionalProperties: false,
  },
};

const staticText = 'test://static-text';
const staticBinary = 'test://static-binary';
const watched = 'test://watched-resource';

export const resources = [
  { uri: staticText, name: 'static-text', description: 'Text that stays', mimeType: 'text/plain' },
  { uri: staticBinary, name: 'static-binary', description: 'An image that stays', mimeType: 'image/png' },
  { uri: watched, name: 'watched-resource', description: 'Text that may be watched', mimeType: 'text/plain' },
];

export const template = { uriTemplate: 'test://template/{id}/data', name: 'template', description: 'By its id' };

export function readResource(uri: string) {
  if (uri === staticBinary) return { uri, mimeType: 'image/png', blob: png };
  if (uri === staticText) {
    return { uri, mimeType: 'text/plain', text: 'This is the content of the static text resource.' };
  }
  const id = /^test:\/\/template\/([^/]+)\/data$/.exec(uri)?.[1];
  const text = id === undefined ? uri : JSON.stringify({ id, templateTest: true, data: `Data for ID: ${id}` });
  return { uri, mimeType: id === undefined ? 'text/plain' : 'application/json', text };
}

interface TestPrompt {
  readonly description: string;
  readonly takes: readonly string[];
  readonly fill: (given: Readonly<Record<string, string>>) => Content[];
}

export const prompts: Record<string, TestPrompt> = {
  test_simple_prompt: {
    description: 'Says one thing',
    takes: [],
    fill: () => [toText('This is a simple prompt for testing.')],
  },
  test_prompt_with_arguments: {
    description: 'Says what it was given',
    takes: ['arg1', 'arg2'],
    fill: ({ arg1, arg2 }) => [toText(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  },
  test_prompt_with_embedded_resource: {
    description: 'Holds a resource',
    takes: ['resourceUri'],
    fill: ({ resourceUri = '' }) => [
      toEmbedded(resourceUri, 'text/plain', 'Embedded resource content for testing.'),
      toText('Please process the embedded resource above.'),
    ],
  },
  test_prompt_with_image: {
    description: 'Holds an image',
    takes: [],
    fill: () => [image, toText('Please analyze the image above.')],
  },
};
