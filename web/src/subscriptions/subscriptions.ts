/** Subscriptions of other systems to public events. */
import { must, notify } from "../app/api";
import type { components } from "../../types/notify";

export type Subscription = components["schemas"]["SubscriptionAnswer"];
export type EventType = components["schemas"]["EventTypeAnswer"];
export type Delivery = components["schemas"]["DeliveryAnswer"];

export const STATES = ["requested", "active", "paused", "disabled", "declined", "ended"] as const;
export const DECLINE_REASONS = ["not_competent", "too_much_asked", "unknown_system", "address_unfit"] as const;

export const lookOf = (state: string): string => ({ requested: "waiting", active: "good", paused: "going", disabled: "bad", declined: "bad", pending: "waiting", delivered: "good", failed: "bad" })[state] ?? "";

/** The name of the text that says what an event is: it is the same for all versions. */
export const wordsOf = (type: string): string => `event.${type.replace(/\.v\d+$/, "")}`;

/** Where the embedded system takes webhooks itself, so that they can be looked at. */
export const HOOKS = "/api/demonstration/hooks/";
export const hookOf = (url: string | null): string | null => (url?.startsWith(location.origin + HOOKS) ? url.slice((location.origin + HOOKS).length) : null);

/** @throws Refusal */
export const readSubscription = (id: string): Promise<Subscription> => must(notify.GET("/subscriptions/{subscription_id}", { params: { path: { subscription_id: id } } }));
/** @throws Refusal */
export const readTypes = (): Promise<EventType[]> => must(notify.GET("/event-types"));
