/** Where each page stands, and who may open it. */
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { has, isSignedIn, type Role } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** Whose page it is; everybody's who is signed in when nothing is said. */
    roles?: Role[];
    /** Whether it is open to whoever is not signed in. */
    open?: boolean;
  }
}

const OFFICER: Role[] = ["township_officer", "clerk", "coordinator"];

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: () => import("../home/HomePage.vue") },
  { path: "/sign-in", name: "sign-in", component: () => import("./SignInPage.vue"), meta: { open: true } },
  { path: "/messages", name: "messages", component: () => import("../messages/MessagesPage.vue") },
  { path: "/circuit", name: "circuit", component: () => import("../circuit/CircuitPage.vue") },
  { path: "/menu", name: "menu", component: () => import("../menu/MenuPage.vue"), meta: { roles: OFFICER } },
  { path: "/orders", name: "orders", component: () => import("../orders/OrdersPage.vue"), meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/orders/new", name: "new-order", component: () => import("../orders/NewOrderPage.vue"), meta: { roles: OFFICER } },
  { path: "/orders/:id", name: "order", component: () => import("../orders/OrderPage.vue"), props: true, meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/:rest(.*)*", name: "not-found", component: () => import("./NotFoundPage.vue"), meta: { open: true } },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach((to) => {
  if (to.meta.open) return true;
  if (!isSignedIn.value) return { name: "sign-in", query: { back: to.fullPath } };
  if (to.meta.roles && !has(...to.meta.roles)) return { name: "not-found", query: { why: "role" } };
  return true;
});

/** Whether whoever is signed in may open a page. */
export function mayOpen(name: string): boolean {
  const page = router.getRoutes().find((each) => each.name === name);
  return page !== undefined && (!page.meta.roles || has(...page.meta.roles));
}
