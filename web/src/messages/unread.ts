/** How many messages wait to be read, at all of the posts that somebody holds. */
import { ref, shallowRef, watch } from "vue";

import { must, notify, Refusal } from "../app/api";
import { account, has, POST_HOLDERS } from "../app/session";

export const unread = ref(0);
/** The ids of the own posts that notify knows of; a new one may still be unheard of there. */
export const knownPosts = shallowRef<string[]>([]);

export async function readUnread(): Promise<void> {
  if (account.value === null || !has(...POST_HOLDERS)) {
    unread.value = 0;
    return;
  }
  try {
    const mine = ownPosts();
    const page = await must(notify.GET("/recipients", { params: { query: { limit: 500 } } }));
    const own = page.items.filter((post) => mine.includes(post.id));
    unread.value = own.reduce((sum, post) => sum + post.unread, 0);
    knownPosts.value = own.map((post) => post.id);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error; // the number stays as it was
  }
}

/** The ids of the recipients that are the signed-in person's own. */
export function ownPosts(): string[] {
  const now = account.value;
  if (now === null) return [];
  const posts = has("coordinator") ? ["coordinator", `account.${now.id}`] : [];
  if (now.township) posts.push(`township.${now.township}`);
  if (now.team) posts.push(`team.${now.team}`);
  if (now.volunteer) posts.push(`volunteer.${now.volunteer}`);
  return posts;
}

watch(account, readUnread, { immediate: true });
