import type { Request, Response } from "express";
import { z } from "zod";
import type { PageRequest } from "../services/read/page.ts";
import type { Services } from "../services/services.ts";
import type { Role } from "./api-keys.ts";
import { callerOf } from "./authentication.ts";
import { readBody } from "./body.ts";
import { writeOnce } from "./idempotency-key.ts";
import type { ProblemCode } from "./problem.ts";
import { readListQuery, readQuery } from "./query.ts";
import { type StreamedFile, sendStream } from "./stream.ts";
import type { Upload, UploadTerms } from "./upload.ts";

/** One route of the API: what serves it, and what the API's own description says of it. */
export interface Operation {
  readonly method: "get" | "post";
  /** Below `/v1`, with `:id` where an id stands. */
  readonly path: string;
  /** Who may use it besides `finance`. */
  readonly roles: readonly Role[];
  readonly summary: string;
  readonly query: z.ZodRawShape;
  /** Whether it takes `limit` and `cursor` too. */
  readonly isList: boolean;
  readonly body: z.ZodType | null;
  /** What is taken as a body that is no JSON. */
  readonly upload: UploadTerms | null;
  readonly idempotencyKey: "optional" | "required" | null;
  readonly status: 200 | 201 | 202;
  /** What it answers with. */
  readonly mediaType: string;
  /** What it can be refused for, besides what every route can. */
  readonly problems: readonly ProblemCode[];
  handle(request: Request, response: Response): Promise<void>;
}

interface Described {
  readonly roles: readonly Role[];
  readonly summary: string;
  readonly problems?: readonly ProblemCode[];
}

type Output<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape>>;

/** Part of a list, newest first. */
export function listing<Shape extends z.ZodRawShape>(
  path: string,
  { list, query, ...described }: Described & { readonly list: string; readonly query: Shape },
  answer: (asked: { filter: Output<Shape>; page: PageRequest; id: string }) => Promise<object>,
): Operation {
  return {
    ...reads(path, described),
    query,
    isList: true,
    handle: async (request, response) => {
      response.json(await answer({ ...readListQuery(request, list, query), id: idOf(request) }));
    },
  };
}

/** One thing. */
export function reading<Shape extends z.ZodRawShape>(
  path: string,
  { query, ...described }: Described & { readonly query: Shape },
  answer: (asked: { query: Output<Shape>; id: string }) => Promise<object>,
): Operation {
  return {
    ...reads(path, described),
    query,
    handle: async (request, response) => {
      response.json(await answer({ query: readQuery(request, query), id: idOf(request) }));
    },
  };
}

/** A file, as long as it may be. */
export function streaming<Shape extends z.ZodRawShape>(
  path: string,
  { query, file, ...described }: Described & { readonly query: Shape; readonly file: StreamedFile },
  answer: (asked: { query: Output<Shape> }) => AsyncGenerator<string>,
): Operation {
  return {
    ...reads(path, described),
    query,
    mediaType: file.mediaType,
    handle: async (request, response) => {
      await sendStream(request, response, file, answer({ query: readQuery(request, query) }));
    },
  };
}

interface Writes<Body extends z.ZodType> extends Described {
  readonly body: Body;
  readonly idempotencyKey?: "required";
  readonly status?: Operation["status"];
}

/** A change. What it writes through `once` happens once for one idempotency key. */
export function writing<Body extends z.ZodType>(
  path: string,
  { body, idempotencyKey, status = 200, ...described }: Writes<Body>,
  answer: (asked: {
    body: z.output<Body>;
    id: string;
    /** The name of the API key it came with. */
    by: string;
    once: (services: Services) => Services;
  }) => Promise<object>,
): Operation {
  const required = idempotencyKey === "required";
  return {
    ...reads(path, described),
    method: "post",
    body,
    idempotencyKey: idempotencyKey ?? "optional",
    status,
    handle: async (request, response) => {
      readQuery(request, {});
      const read = readBody(request, body);
      const once = (services: Services) => writeOnce(services, request, response, { required });
      const by = callerOf(response);
      const answered = await answer({ body: read, id: idOf(request), by, once });
      response.status(status).json(answered);
    },
  };
}

interface Uploads extends Described {
  readonly query: z.ZodRawShape;
  readonly upload: UploadTerms;
}

/** A file that is sent to us, read as it comes in. */
export function uploading(
  path: string,
  { query, upload, ...described }: Uploads,
  answer: (request: Request, response: Response, upload: Upload) => Promise<object>,
): Operation {
  return {
    ...reads(path, described),
    method: "post",
    query,
    upload,
    idempotencyKey: "optional",
    status: 201,
    handle: async (request, response) => {
      readQuery(request, query);
      response.status(201).json(await answer(request, response, request.body as Upload));
    },
  };
}

/** The body of a write that takes no fields. */
export const noFields = z.strictObject({});

function reads(path: string, { roles, summary, problems = [] }: Described): Omit<Operation, "handle"> {
  const none = { query: {}, isList: false, body: null, upload: null, idempotencyKey: null };
  const json = { status: 200, mediaType: "application/json" } as const;
  return { method: "get", path, roles, summary, problems, ...json, ...none };
}

function idOf(request: Request): string {
  return String(request.params.id ?? "");
}
