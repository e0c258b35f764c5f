/** How the four services are: read together, again every quarter of a minute while somebody looks. */
import { onScopeDispose, ref, shallowRef } from "vue";

import { must, polled, Refusal } from "../app/api";
import { SERVICES, services, type ParkedEvent, type ServiceName, type ServiceStatus } from "./services";

const EVERY_MILLISECONDS = 15_000;
const MOST_PARKED = 100;

export interface Watched {
  name: ServiceName;
  /** What keeps the service from working, by part; empty when it is ready, null when it did not answer. */
  wrong: Record<string, string> | null;
  status: ServiceStatus | null;
  parked: ParkedEvent[];
  refusal: Refusal | null;
}

interface Readiness {
  wrong?: Record<string, string>;
}

const readStatus = Object.fromEntries(
  SERVICES.map((name) => [name, polled((headers) => services[name].GET("/events/status", { headers }))]),
) as Record<ServiceName, () => Promise<ServiceStatus>>;

async function look(name: ServiceName): Promise<Watched> {
  const service = services[name];
  const seen: Watched = { name, wrong: null, status: null, parked: [], refusal: null };
  try {
    const ready = await service.GET("/health/ready");
    seen.wrong = ((ready.data ?? ready.error) as Readiness | undefined)?.wrong ?? {};
    seen.status = await readStatus[name]();
    const { failed, waiting } = seen.status.parked;
    if (failed + waiting > 0) seen.parked = await must(service.GET("/events/parked", { params: { query: { limit: MOST_PARKED } } }));
  } catch (error) {
    seen.refusal = error instanceof Refusal ? error : new Refusal(0, { code: "offline" });
  }
  return seen;
}

export function useWatch() {
  const watched = shallowRef<Watched[]>([]);
  const readAt = shallowRef<Date | null>(null);
  const reading = ref(false);

  async function reload(): Promise<void> {
    if (reading.value) return;
    reading.value = true;
    try {
      watched.value = await Promise.all(SERVICES.map(look));
      readAt.value = new Date();
    } finally {
      reading.value = false;
    }
  }

  function tick(): void {
    if (document.visibilityState === "visible") void reload();
  }

  const timer = window.setInterval(tick, EVERY_MILLISECONDS);
  document.addEventListener("visibilitychange", tick);
  onScopeDispose(() => {
    window.clearInterval(timer);
    document.removeEventListener("visibilitychange", tick);
  });
  void reload();
  return { watched, readAt, reading, reload };
}

/** How many of a publisher's events have no effects yet at a listener; those in the outbox are counted apart. */
export function lagOf(listener: Watched, publisher: string, all: Watched[]): number | null {
  const from = all.find((each) => each.name === publisher)?.status;
  const applied = listener.status?.applied[publisher];
  if (!from || applied === undefined) return null;
  return Math.max(0, from.published - from.outbox - applied);
}
