/** The pages that most people open first: what these say is fetched without the other texts (web/texts.ts). */
export const FIRST = {
  "home": () => import("../home/HomePage.vue"),
  "sign-in": () => import("./SignInPage.vue"),
  "messages": () => import("../messages/MessagesPage.vue"),
  "menu": () => import("../menu/MenuPage.vue"),
  "orders": () => import("../orders/OrdersPage.vue"),
  "new-order": () => import("../orders/NewOrderPage.vue"),
};

export const isFirst = (name: unknown): boolean => typeof name === "string" && name in FIRST;
