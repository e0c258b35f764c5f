/** The campaigns that orders are for; read once, and again when somebody asks. */
import { computed, shallowRef } from "vue";

import { all, requests, Refusal } from "../app/api";
import { named } from "../app/i18n";
import type { components } from "../../types/requests";

export type Campaign = components["schemas"]["CampaignAnswer"];

const found = shallowRef<Campaign[] | null>(null);
let reading: Promise<void> | null = null;

export function readCampaigns(): Promise<void> {
  reading = all((after) => requests.GET("/campaigns", { params: { query: { limit: 500, ...(after && { after }) } } }))
    .then((items) => void (found.value = items))
    .catch((error) => {
      reading = null;
      if (!(error instanceof Refusal)) throw error; // lists show the id then
    });
  return reading;
}

/** After a campaign was changed; a copy of it arrives a moment later. */
export function forgetCampaigns(): void {
  reading = null;
}

/** Reads the campaigns unless they are read already. */
export async function knownCampaigns(): Promise<void> {
  await (reading ?? readCampaigns());
}

/** The campaign that runs today; the shortest where several do: a special one before the year's standing one. */
export function running(): Campaign | undefined {
  const days = (each: Campaign): number => Date.parse(each.ends_on) - Date.parse(each.starts_on);
  return found.value?.filter((each) => each.runs).sort((one, other) => days(one) - days(other))[0];
}

export function useCampaigns() {
  if (reading === null) void readCampaigns();
  return {
    campaigns: computed(() => found.value ?? []),
    nameOf(id: string): string {
      const campaign = found.value?.find((each) => each.campaign_id === id);
      return campaign ? named(campaign.name, campaign.name_en) : id;
    },
  };
}
