// NestJS (written for 11), as CommonJS: main.js. Its own body parser would read webhooks before us, so they stand above it.
const { createTallyhook } = require("tallyhook");

/** @param nest what `NestFactory.create(AppModule, { bodyParser: false })` gives */
async function withTallyhook(nest, options) {
  const tallyhook = await createTallyhook(options);
  nest.use("/webhooks", tallyhook.webhooks);
  nest.useBodyParser?.("json");
  nest.enableShutdownHooks?.();
  return tallyhook;
}

module.exports = { withTallyhook };
