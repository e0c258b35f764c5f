/** Opinions on a draft of the menu: their kinds, and the look of each. */
import { catalog, must } from "../app/api";
import type { components } from "../../types/catalog";

export type Opinion = components["schemas"]["OpinionAnswer"];
export type Consultation = components["schemas"]["ConsultationAnswer"];
export type Stance = Opinion["stance"];

export type Given = components["schemas"]["GivenOpinionAnswer"];

export const STANCES: Stance[] = ["for", "against", "neither"];
export const SPEAKERS = ["township", "team", "resident"] as const;
/** How what the corps enters for somebody reached it. */
export const WAYS = ["telephone", "letter", "in_person", "meeting"] as const;
/** In place of an item's code: opinions on the draft as a whole. */
export const WHOLE = "-";

const LOOKS: Record<Opinion["state"], string> = { waiting: "waiting", answered: "good", withdrawn: "" };

export const lookOf = (opinion: Opinion): string => LOOKS[opinion.state];

export const consultationOn = (code: string): Promise<Consultation> => must(catalog.GET("/editions/{code}/consultation", { params: { path: { code } } }));
