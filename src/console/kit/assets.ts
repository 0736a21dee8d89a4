import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Router } from "express";
import { packageFile } from "../../services/kit/version.ts";

interface Asset {
  /** Below the console. Its name changes with what is in it. */
  readonly path: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** What pages are shown with. There is nothing else, and nothing from elsewhere. */
export const assets = {
  style: assetOf("console.css", "text/css; charset=utf-8"),
  script: assetOf("console.js", "text/javascript; charset=utf-8"),
  icon: assetOf("console.svg", "image/svg+xml"),
} as const;

function assetOf(name: string, mediaType: string): Asset {
  const bytes = readFileSync(packageFile(`assets/${name}`));
  const [stem, ending] = name.split(".");
  return { path: `/assets/${stem}.${hash("sha256", bytes, "hex").slice(0, 16)}.${ending}`, mediaType, bytes };
}

/** Served to anybody: nothing in them is anybody's. */
export function assetRoutes(routes: Router): void {
  for (const { path, mediaType, bytes } of Object.values(assets))
    routes.get(path, (_request, response) => {
      response.set("cache-control", "public, max-age=31536000, immutable");
      response.set("content-type", mediaType).send(bytes);
    });
}
