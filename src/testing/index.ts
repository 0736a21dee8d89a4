/**
 * `tallyhook/testing`: what an app's own tests need. It knows no test runner, and opens no port.
 */
import { refuseOldNode } from "../node-version.ts";

export { clock, type Span, type TestClock } from "./clock.ts";
export { type Figure, InconsistentFigures, type Unchecked } from "./figures.ts";
export { fixture, fixtures } from "./fixtures.ts";
export {
  type PaddleAdjustment,
  type PaddleEvent,
  type PaddleLine,
  type PaddleTransaction,
  paddle,
} from "./paddle.ts";
export { type Body, type SignOptions, sign } from "./sign.ts";
export {
  type StripeCreditNote,
  type StripeDispute,
  type StripeEvent,
  type StripeInvoice,
  type StripeInvoicePayment,
  type StripeLine,
  type StripePaid,
  type StripePaymentIntent,
  type StripeRefund,
  type StripeSession,
  stripe,
} from "./stripe.ts";
export {
  createTestTallyhook,
  type Delivered,
  type TestTallyhook,
  type TestTallyhookOptions,
} from "./test-tallyhook.ts";

refuseOldNode();
