import type { Action, DownloadPage, Page } from "./kit/page.ts";
import { overviewPage } from "./pages/overview.tsx";

/** Every page of the console, in the order of the main pages. */
export const pages: readonly Page[] = [overviewPage];

/** Every file that pages offer. */
export const downloads: readonly DownloadPage[] = [];

/** Everything that a person can do here. */
export const actions: readonly Action[] = [];
