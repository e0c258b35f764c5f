/** What Lighthouse (mobile preset: a slow phone on slow 4G, simulated) finds of one page in a browser that runs. */
import { readFileSync } from "node:fs";
import lighthouse from "lighthouse";

// Caches are cleared first; cookies and local storage stay, so whoever is signed in stays so.
const { url, port } = JSON.parse(readFileSync(0, "utf-8"));
const result = await lighthouse(url, {
  port,
  logLevel: "error",
  onlyCategories: ["performance", "accessibility"],
});
const { audits, categories, environment, finalDisplayedUrl, runtimeError } = result.lhr;
if (runtimeError) throw new Error(`${url}: ${runtimeError.code}: ${runtimeError.message}`);
const requests = audits["network-requests"].details.items;
const heaviest = [...requests].sort((one, other) => (other.transferSize ?? 0) - (one.transferSize ?? 0)).slice(0, 12);
const percent = (name) => Math.round(categories[name].score * 100);
const milliseconds = (name) => Math.round(audits[name].numericValue);
const findings = (name) => categories[name].auditRefs.filter(({ id, weight }) => weight && audits[id].score !== null && audits[id].score < 1).map(({ id }) => `${id}: ${audits[id].displayValue ?? audits[id].title}`);
process.stdout.write(
  JSON.stringify({
    at: finalDisplayedUrl,
    machine: Math.round(environment.benchmarkIndex),
    performance: percent("performance"),
    accessibility: percent("accessibility"),
    first_paint_ms: milliseconds("first-contentful-paint"),
    largest_paint_ms: milliseconds("largest-contentful-paint"),
    blocked_ms: milliseconds("total-blocking-time"),
    shift: Math.round(audits["cumulative-layout-shift"].numericValue * 1000) / 1000,
    bytes: requests.reduce((sum, each) => sum + (each.transferSize ?? 0), 0),
    heaviest: heaviest.map((each) => `${each.transferSize} ${new URL(each.url).pathname}`),
    shifted: (audits["layout-shifts"]?.details?.items ?? []).map((each) => each.node?.selector ?? ""),
    findings: [...findings("performance"), ...findings("accessibility")],
  }),
);
