/** The four services behind the operations that every service has (shared/http/operations.py). */
import type { Client } from "openapi-fetch";

import { catalog, dispatch, notify, requests } from "../app/api";
import type { components, paths } from "../../types/notify";

type Common = Pick<
  paths,
  | "/audit"
  | "/audit.xlsx"
  | "/audit/actions"
  | "/audit/verification"
  | "/events"
  | "/events/counts"
  | "/events/parked"
  | "/events/parked/discard"
  | "/events/parked/redrive"
  | "/events/position"
  | "/events/queues"
  | "/events/replay"
  | "/events/status"
  | "/health/ready"
>;

export const SERVICES = ["catalog", "requests", "dispatch", "notify"] as const;
export type ServiceName = (typeof SERVICES)[number];

export const services = { catalog, requests, dispatch, notify } as unknown as Record<ServiceName, Client<Common>>;

export type ServiceStatus = components["schemas"]["ServiceStatus"];
export type ParkedEvent = components["schemas"]["ParkedEvent"];
export type AuditEntry = components["schemas"]["AuditEntry"];
export type AuditVerification = components["schemas"]["AuditVerification"];
export type AuditedAction = components["schemas"]["AuditedAction"];
