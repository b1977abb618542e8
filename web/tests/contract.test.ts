// The fixtures are what the server's description says that it answers: pages that pass on them do
// not rest on a shape that is served no more.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv from "ajv/dist/2020";
import { describe, expect, it } from "vitest";

import { GET, POST, PUT } from "./fixtures/api.mjs";

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}
const document = JSON.parse(readFileSync(join(import.meta.dirname, "../../docs/openapi.json"), "utf8")) as {
  paths: Record<string, Record<string, Operation>>;
};
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
ajv.addSchema(document, "api");

const escape = (text: string) => text.replaceAll("~", "~0").replaceAll("/", "~1");

/** Where the description keeps what is answered to this request. */
function answerTo(method: string, path: string): string {
  const parts = path.split("/");
  const fits = (template: string) => {
    const words = template.split("/");
    return words.length === parts.length && words.every((word, i) => word.startsWith("{") || word === parts[i]);
  };
  // `/api/models/compare` is no model.
  const found = Object.keys(document.paths).filter(fits).sort((a, b) => a.split("{").length - b.split("{").length);
  const template = found.find((one) => document.paths[one]?.[method]);
  if (!template) throw new Error(`${method} ${path} is not described`);
  const responses = document.paths[template]![method]!.responses;
  const status = Object.keys(responses).find((one) => one.startsWith("2"))!;
  return `api#/paths/${escape(template)}/${method}/responses/${status}/content/${escape("application/json")}/schema`;
}

describe("fixtures are described", () => {
  const all = Object.entries({ get: GET, post: POST, put: PUT }).flatMap(([method, answers]) =>
    Object.entries(answers).map((one) => [method, ...one]));
  it.each(all as [string, string, unknown][])("%s %s", (method, path, body) => {
    const check = ajv.getSchema(answerTo(method, path));
    expect(check).toBeDefined();
    check!(body);
    expect((check!.errors ?? []).map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`)).toEqual([]);
  });
});
