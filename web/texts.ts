/** Makes the texts of src/locales what browsers fetch. Each language comes in two parts, so that whoever opens one of the
 * first pages need not wait for all of it: `virtual:texts/zh-CN/first` has what src/app/first.ts, its pages and the frame
 * around them say, `virtual:texts/zh-CN/rest` has the others. A text with facts in it is compiled here, so that browsers
 * fetch no compiler. */
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";

import { baseCompile, type ResourceNode } from "@intlify/message-compiler";
import type { Plugin } from "vite";

type Texts = Record<string, string>;

const ADDRESS = /^virtual:texts\/(?<language>[\w-]+)\/(?<part>first|rest)$/;
const IMPORTED = /(?:from|import)\s*\(?\s*"(\.[^"]+)"/g;
/** A text's whole name. */
const NAMED = /["'`]([\w.-]+)["'`]/g;
/** The beginning of a name that is composed, e.g. `task_line.${kind}`. */
const COMPOSED = /`([\w.-]+)\$\{|["']([\w-]+[._])["']/g;

/** What vue-i18n takes for a text; one without facts, choices or links is what it is. */
function compiled(text: string): string | ResourceNode {
  if (!/[{}|@]/.test(text)) return text;
  const onError = (error: Error): never => {
    throw new Error(`“${text}”: ${error.message}`);
  };
  return baseCompile(text, { jit: true, optimize: true, minify: true, location: false, onError }).ast;
}

export function texts(source: string): Plugin {
  const start = resolve(source, "main.ts");
  const firstPages = resolve(source, "app/first.ts");
  /** These import the other pages, and these texts. */
  const notFollowed = new Set([resolve(source, "app/router.ts"), resolve(source, "app/i18n.ts")]);

  function fileOf(importer: string, address: string): string | undefined {
    const path = resolve(dirname(importer), address);
    return [path, `${path}.ts`].find((each) => /\.(?:ts|vue)$/.test(each) && existsSync(each) && statSync(each).isFile());
  }

  function* sources(): Generator<string> {
    const found = new Set([start, firstPages]);
    for (const file of found) { // grows as it is read
      const code = readFileSync(file, "utf-8");
      yield code;
      if (notFollowed.has(file)) continue;
      for (const [, address] of code.matchAll(IMPORTED)) {
        const imported = fileOf(file, String(address));
        if (imported) found.add(imported);
      }
    }
  }

  function isSaidFirst(): (name: string) => boolean {
    const names = new Set<string>();
    const beginnings = new Set<string>();
    for (const code of sources()) {
      for (const [, name] of code.matchAll(NAMED)) names.add(String(name));
      for (const [, one, other] of code.matchAll(COMPOSED)) beginnings.add(String(one ?? other));
    }
    return (name) => names.has(name) || [...beginnings].some((beginning) => name.startsWith(beginning));
  }

  return {
    name: "texts",
    resolveId: (id) => (ADDRESS.test(id) ? `\0${id}` : undefined),
    load(id) {
      const { language, part } = ADDRESS.exec(id.slice(1))?.groups ?? {};
      if (!id.startsWith("\0") || !language) return undefined;
      const all = JSON.parse(readFileSync(resolve(source, "locales", `${language}.json`), "utf-8")) as Texts;
      const isFirst = isSaidFirst();
      const wanted = Object.entries(all).filter(([name]) => isFirst(name) === (part === "first")).map(([name, text]) => [name, compiled(text)]);
      return `export default ${JSON.stringify(Object.fromEntries(wanted))}`;
    },
  };
}
