/** Names of a team's volunteers by number, as whoever reads them may see them. */
import { ref, type Ref } from "vue";

import { all, catalog, Refusal } from "../app/api";

export function teamPeople(team: string): Ref<Record<string, string>> {
  const names = ref<Record<string, string>>({});

  async function read(): Promise<void> {
    try {
      const found = await all((after) => catalog.GET("/volunteers", { params: { query: { team_code: team, state: "active", limit: 500, ...(after && { after }) } } }));
      names.value = Object.fromEntries(found.map((each) => [each.no, each.name ?? each.no]));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error; // numbers stand for names then
    }
  }
  if (team) void read();
  return names;
}
