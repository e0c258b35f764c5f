// Says which of the named packages can be loaded.
import { text } from "node:stream/consumers";

const { names } = JSON.parse(await text(process.stdin));
const loaded = {};
for (const name of names) {
  loaded[name] = Object.keys(await import(name)).length > 0;
}
console.log(JSON.stringify(loaded));
