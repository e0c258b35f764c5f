// What parsers of the AsyncAPI and the OpenAPI worlds find wrong with the given documents.
import { text } from "node:stream/consumers";
import { Parser } from "@asyncapi/parser";
import { Validator } from "@seriousme/openapi-schema-validator";

const { asyncapi, openapi } = JSON.parse(await text(process.stdin));
const said = { openapi: {} };

if (asyncapi) {
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncapi));
  said.asyncapi = {
    // Severities: 0 error, 1 warning, 2 information, 3 hint.
    wrong: diagnostics.filter((found) => found.severity <= 1).map((found) => `${found.path.join(".")}: ${found.message}`),
    messages: document?.allMessages().all().map((message) => message.name()) ?? [],
    operations: document?.allOperations().all().length ?? 0,
  };
}
for (const [name, document] of Object.entries(openapi ?? {})) {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(document);
  said.openapi[name] = { valid, version: validator.version, wrong: errors ?? [] };
}
console.log(JSON.stringify(said));
