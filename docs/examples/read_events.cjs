// Reads Diancai's events from its RabbitMQ, inside the cluster.
//
//   npm install amqplib
//   AMQP_URL=amqp://records:...@rabbitmq:5672/%2F node read_events.cjs 'requests.order_accepted.v1.*' 'catalog.#'
//
// The arguments are binding keys, QUEUE names the queue (records.events by default), which keeps what comes while nobody
// reads. Prints a line of JSON for each event; ends after COUNT of them, if that is given.
const amqp = require("amqplib");

const PREFIXES = ["cloudEvents_", "ce-"]; // a deployment sends one of them, or both

/** The CloudEvents attributes of a message, whichever way its headers are named. */
function attributes(headers) {
  const found = {};
  for (const [name, value] of Object.entries(headers)) {
    const prefix = PREFIXES.find((each) => name.startsWith(each));
    if (prefix) found[name.slice(prefix.length)] = value;
  }
  return found;
}

async function main(keys) {
  const queue = process.env.QUEUE ?? "records.events";
  let left = Number(process.env.COUNT ?? 0);
  const done = new Map(); // the last sequence of each subject; a real reader stores it together with what it does

  const connection = await amqp.connect(process.env.AMQP_URL);
  const channel = await connection.createChannel();
  await channel.assertQueue(queue, { durable: true, arguments: { "x-queue-type": "quorum" } });
  for (const key of keys) await channel.bindQueue(queue, "diancai.events", key);
  await channel.prefetch(20);

  await new Promise((ended) => {
    channel.consume(queue, (message) => {
      const event = attributes(message.properties.headers);
      const number = Number(event.sequence);
      if (number > (done.get(event.subject) ?? 0)) { // else it came before: events may come twice
        console.log(JSON.stringify({ ...event, data: JSON.parse(message.content) }));
        done.set(event.subject, number);
        left -= 1;
      }
      channel.ack(message); // only now may the broker forget it
      if (left === 0) ended();
    });
    console.error(`reading ${queue}`);
  });
  await channel.close();
  await connection.close();
}

const keys = process.argv.slice(2);
main(keys.length ? keys : ["#"]);
