import { type NextFunction, type Request, type RequestHandler, type Response, Router } from "express";
import type { Services } from "../services/services.ts";
import { allow } from "./kit/authentication.ts";
import { jsonBody } from "./kit/body.ts";
import { narrow } from "./kit/narrowing.ts";
import type { Operation } from "./kit/operation.ts";
import { HttpProblem } from "./kit/problem.ts";
import type { BodyReader } from "./kit/raw-body.ts";
import { uploadBody } from "./kit/upload.ts";

/** Serves the operations; any other method at one of their paths is 405 and says which there are. */
export function apiRoutes(services: Services, operations: readonly Operation[], bodies: BodyReader): Router {
  const routes = Router();
  const json = jsonBody(bodies);
  for (const { method, path, roles, body, upload, handle } of operations) {
    const read = [
      ...(body === null ? [] : [json]),
      ...(upload === null ? [] : [uploadBody(upload, bodies.bounds)]),
    ];
    routes[method](path, named(path), allow(...roles), ...read, narrow(services, { method, path }), handle);
  }
  for (const [path, group] of Map.groupBy(operations, (operation) => operation.path)) {
    const methods = group
      .map(({ method }) => (method === "get" ? "GET, HEAD" : method.toUpperCase()))
      .join(", ");
    routes.all(path, named(path), (request: Request, _response: Response) => {
      throw new HttpProblem("method_not_allowed", `${request.method} is not possible here: ${methods}.`, {
        headers: { allow: methods },
      });
    });
  }
  return routes;
}

/** For the log: what the description calls it, wherever the API is mounted. */
function named(path: string): RequestHandler {
  return (_request: Request, response: Response, next: NextFunction) => {
    response.locals.route = `/v1${path}`;
    next();
  };
}
