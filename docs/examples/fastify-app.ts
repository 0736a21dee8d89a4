/**
 * A Fastify app (written for 5). Webhooks are over bytes: a parser of their own keeps those, within a scope of their own.
 */
import type { Tallyhook } from "tallyhook";

interface FastifyRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

interface FastifyReply {
  code(status: number): FastifyReply;
  headers(headers: Record<string, string>): FastifyReply;
  send(body: string): unknown;
}

interface Fastify {
  addContentTypeParser(
    type: string,
    options: { parseAs: "buffer" },
    parse: (request: unknown, body: Buffer, done: (error: Error | null, body: Buffer) => void) => void,
  ): unknown;
  post(path: string, handle: (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>): unknown;
}

export const webhooks =
  (tallyhook: Tallyhook) =>
  async (scope: Fastify): Promise<void> => {
    scope.addContentTypeParser("application/json", { parseAs: "buffer" }, (_request, body, done) =>
      done(null, body),
    );
    scope.post("/webhooks/:provider", async ({ url, method, headers, body }, reply) => {
      const text = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === "string" ? [[name, value] as [string, string]] : [],
      );
      const request = new Request(new URL(url, "http://localhost"), {
        method,
        headers: text,
        body: new Uint8Array(body as Buffer),
      });
      const answer = await tallyhook.handleWebhook(request);
      return reply
        .code(answer.status)
        .headers(Object.fromEntries(answer.headers))
        .send(await answer.text());
    });
  };
