// Takes Diancai's webhooks: verifies each, and handles each event once.
//
//   npm install standardwebhooks
//   WEBHOOK_SECRET=whsec_... node webhook_receiver.cjs 8080
//
// Put it behind a server that speaks TLS.
const { createServer } = require("node:http");
const { buffer } = require("node:stream/consumers");
const { Webhook, WebhookVerificationError } = require("standardwebhooks");

const hook = new Webhook(process.env.WEBHOOK_SECRET);
const seen = new Set(); // keep this in your database, with what the event changes

/** Handles one webhook; gives the status to answer with. */
async function take(request) {
  const body = await buffer(request); // as it came: these bytes are signed
  let event;
  try {
    event = hook.verify(body, request.headers);
  } catch (error) {
    if (error instanceof WebhookVerificationError) return 401;
    throw error;
  }
  const id = request.headers["webhook-id"];
  if (!seen.has(id)) {
    console.log(event.type, event.subject, event.sequence);
    seen.add(id);
  }
  return 204;
}

const server = createServer(async (request, response) => {
  try {
    response.statusCode = await take(request);
  } catch (error) {
    console.error(error);
    response.statusCode = 500; // it comes again later
  }
  response.end();
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => {
  console.log("listening on", server.address().port);
});
