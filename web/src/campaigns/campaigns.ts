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
