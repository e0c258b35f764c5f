/** Where each page stands, and who may open it. */
import type { Component } from "vue";
import { createRouter, createWebHistory, type RouteRecordRaw } from "vue-router";

import { KINDS, rolesOf, type Kind } from "../directory/sections";
import { FIRST, isFirst } from "./first";
import { loadRest } from "./i18n";
import { isKept, type Kept } from "./kept";
import { has, isSignedIn, POST_HOLDERS, type Role } from "./session";

declare module "vue-router" {
  interface RouteMeta {
    /** Whose page it is; everybody's who is signed in when nothing is said. */
    roles?: Role[];
    /** Whether it is open to whoever is not signed in. */
    open?: boolean;
    /** Whether it opens without a connection, where this phone keeps what it needs. */
    kept?: Kept;
  }
}

type Page = () => Promise<Component>;

const PLANNERS: Role[] = ["coordinator", "auditor"];
const OFFICER: Role[] = ["township_officer", "clerk", "coordinator"];
const TEAM: Role[] = ["team_leader", "volunteer"];
/** Who is asked what they think of a draft of the menu. */
const SPEAKERS: Role[] = ["township_officer", "clerk", "team_leader"];
const COORDINATOR: Role[] = ["coordinator"];
/** Who sees the windows and their programmes; honours are for whoever may object, too. */
const WINDOW_KEEPERS: Role[] = ["team_leader", "coordinator", "auditor"];
/** Who takes part in courses, or looks after those who do. */
const LEARNERS: Role[] = ["volunteer", "team_leader", "coordinator", "auditor"];
/** A leader imports the own team's volunteers, and nothing else. */
const IMPORTERS: Role[] = ["coordinator", "team_leader"];

/** A list of the directory, and the page of each entry. */
function entries(kind: Kind): RouteRecordRaw[] {
  const page = () => import("../directory/EntryPage.vue");
  return [
    { path: kind, name: kind, component: () => import("../directory/EntriesPage.vue"), props: { kind }, meta: { roles: rolesOf(kind) } },
    { path: `${kind}/new`, component: page, props: { kind }, meta: { roles: COORDINATOR } },
    { path: `${kind}/:code`, component: page, props: (to) => ({ kind, code: String(to.params.code) }), meta: { roles: rolesOf(kind) } },
  ];
}

/** A list with the page of each of its members, and of a new one. */
function listed(path: string, list: Page, member: Page, key = "code", makes: Page = member, makers: Role[] = COORDINATOR): RouteRecordRaw[] {
  const roles = rolesOf(path);
  return [
    { path, name: path, component: list, meta: { roles } },
    { path: `${path}/new`, component: makes, meta: { roles: makers } },
    { path: `${path}/:${key}`, component: member, props: true, meta: { roles } },
  ];
}

const routes: RouteRecordRaw[] = [
  { path: "/", name: "home", component: FIRST.home },
  { path: "/sign-in", name: "sign-in", component: FIRST["sign-in"], meta: { open: true } },
  { path: "/messages", name: "messages", component: FIRST.messages, meta: { roles: POST_HOLDERS } },
  { path: "/account", name: "account", component: () => import("../account/AccountPage.vue") },
  { path: "/reminders", name: "reminders", component: () => import("../reminders/RemindersPage.vue"), meta: { roles: [...OFFICER, ...TEAM] } },
  { path: "/robots", name: "robots", component: () => import("../robots/RobotsPage.vue"), meta: { roles: PLANNERS } },
  { path: "/channels", name: "channels", component: () => import("../channels/ChannelsPage.vue"), meta: { roles: ["operator", "auditor"] } },
  { path: "/outbox", name: "outbox", component: () => import("../outbox/OutboxPage.vue") },
  { path: "/circuit", name: "circuit", component: () => import("../circuit/CircuitPage.vue"), meta: { roles: POST_HOLDERS } },
  { path: "/stops/:id", name: "stop", component: () => import("../stops/StopPage.vue"), props: true, meta: { roles: POST_HOLDERS } },
  { path: "/assignments", name: "assignments", component: () => import("../assignments/AssignmentsPage.vue"), meta: { roles: TEAM } },
  { path: "/rosters", name: "rosters", component: () => import("../rosters/RostersPage.vue"), meta: { roles: ["team_leader", ...PLANNERS] } },
  { path: "/rosters/:id", name: "roster", component: () => import("../rosters/RosterPage.vue"), props: true, meta: { roles: ["team_leader", ...PLANNERS] } },
  { path: "/duties", name: "duties", component: () => import("../rosters/DutiesPage.vue"), meta: { roles: ["volunteer"] } },
  { path: "/own", name: "own", component: () => import("../volunteers/OwnPage.vue"), meta: { roles: ["volunteer"] } },
  { path: "/stops/:id/attendance", name: "attendance", component: () => import("../attendance/AttendancePage.vue"), props: true, meta: { roles: ["team_leader", "coordinator", "auditor"], kept: "attendance" } },
  { path: "/check-in/:id", name: "check-in", component: () => import("../attendance/CheckInPage.vue"), props: true, meta: { open: true } },
  { path: "/courses", name: "courses", component: () => import("../courses/CoursesPage.vue"), meta: { roles: LEARNERS } },
  { path: "/courses/new", name: "new-course", component: () => import("../courses/CourseFormPage.vue"), meta: { roles: COORDINATOR } },
  { path: "/courses/:id", name: "course", component: () => import("../courses/CoursePage.vue"), props: true, meta: { roles: LEARNERS } },
  { path: "/courses/:id/edit", name: "edit-course", component: () => import("../courses/CourseFormPage.vue"), props: true, meta: { roles: COORDINATOR } },
  { path: "/courses/:id/sessions/:session/code", name: "course-code", component: () => import("../courses/SessionCodePage.vue"), props: true, meta: { roles: COORDINATOR } },
  { path: "/in/:id/:session", name: "course-check-in", component: () => import("../courses/SessionCheckInPage.vue"), props: true, meta: { open: true } },
  { path: "/test-attempts/:id", name: "test_attempt", component: () => import("../courses/SittingPage.vue"), props: true, meta: { roles: ["volunteer"] } },
  { path: "/hours", name: "hours", component: () => import("../hours/HoursPage.vue"), meta: { roles: [...TEAM, ...PLANNERS] } },
  { path: "/activities", name: "activities", component: () => import("../activities/ActivitiesPage.vue"), meta: { roles: [...TEAM, ...PLANNERS] } },
  { path: "/activities/new", name: "new-activity", component: () => import("../activities/ActivityFormPage.vue"), meta: { roles: COORDINATOR } },
  { path: "/activities/:id", name: "activity", component: () => import("../activities/ActivityPage.vue"), props: true, meta: { roles: [...TEAM, ...PLANNERS] } },
  { path: "/activities/:id/edit", name: "edit-activity", component: () => import("../activities/ActivityFormPage.vue"), props: true, meta: { roles: COORDINATOR } },
  { path: "/team-days", name: "team-days", component: () => import("../availability/TeamDaysPage.vue"), meta: { roles: ["team_leader"] } },
  { path: "/menu", name: "menu", component: FIRST.menu, meta: { roles: OFFICER } },
  { path: "/orders", name: "orders", component: FIRST.orders, meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/orders/new", name: "new-order", component: FIRST["new-order"], meta: { roles: OFFICER } },
  { path: "/orders/form", name: "order-form", component: () => import("../orders/OrderFormPage.vue"), meta: { roles: OFFICER } },
  { path: "/orders/board", name: "order-board", component: () => import("../orders/OrderBoardPage.vue"), meta: { roles: ["coordinator"] } },
  { path: "/orders/:id/amend", name: "amend-order", component: () => import("../orders/AmendPage.vue"), props: true, meta: { roles: OFFICER } },
  { path: "/orders/:id", name: "order", component: () => import("../orders/OrderPage.vue"), props: true, meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/recurring-orders", name: "recurring-orders", component: () => import("../recurrence/SeriesListPage.vue"), meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/recurring-orders/:id", name: "recurring_order", component: () => import("../recurrence/SeriesPage.vue"), props: true, meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/ratings", name: "ratings", component: () => import("../ratings/RatingsPage.vue"), meta: { roles: [...OFFICER, "team_leader", "auditor"] } },
  { path: "/follow-ups/:id", name: "follow_up", component: () => import("../ratings/FollowUpPage.vue"), props: true, meta: { roles: [...OFFICER, "team_leader", "auditor"] } },
  { path: "/stops/:id/signs", name: "signs", component: () => import("../ratings/SignsPage.vue"), props: true, meta: { roles: ["team_leader", "coordinator"] } },
  { path: "/booths/:id/queue", name: "queue", component: () => import("../tickets/QueuePage.vue"), props: true, meta: { roles: [...OFFICER, ...TEAM, "auditor"], kept: "queue" } },
  { path: "/staffing/:id", name: "staffing", component: () => import("../tickets/StaffingPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/wishes", name: "wishes", component: () => import("../wishes/WishesPage.vue"), meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/wishes/:id", name: "wish", component: () => import("../wishes/WishPage.vue"), props: true, meta: { roles: [...OFFICER, "auditor"] } },
  { path: "/wish-groups", name: "wish-groups", component: () => import("../wishes/GroupsPage.vue"), meta: { roles: PLANNERS } },
  { path: "/wish-groups/:id", name: "wish_group", component: () => import("../wishes/GroupPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/regular", name: "regular", component: () => import("../regularisation/ProposalsPage.vue"), meta: { roles: [...OFFICER, "team_leader", "auditor"] } },
  { path: "/regular/:id", name: "recurrence_proposal", component: () => import("../regularisation/ProposalPage.vue"), props: true, meta: { roles: [...OFFICER, "team_leader", "auditor"] } },
  { path: "/consultations", name: "consultations", component: () => import("../consultation/ConsultationsPage.vue"), meta: { roles: SPEAKERS } },
  { path: "/consultations/:id", name: "consultation", component: () => import("../consultation/ConsultationPage.vue"), props: true, meta: { roles: SPEAKERS } },
  { path: "/opinions/:id", name: "opinion", component: () => import("../consultation/OpinionPage.vue"), props: true, meta: { roles: SPEAKERS } },
  { path: "/contacts", name: "contacts", component: () => import("../contacts/ContactsPage.vue"), meta: { roles: ["township_officer", "team_leader"] } },
  { path: "/start", name: "start", component: () => import("../start/StartPage.vue"), meta: { roles: COORDINATOR } },
  {
    path: "/corps",
    component: () => import("../directory/CorpsFrame.vue"),
    children: [
      { path: "", name: "corps", component: () => import("../directory/CorpsPage.vue") },
      ...KINDS.flatMap(entries),
      ...listed("items", () => import("../items/ItemsPage.vue"), () => import("../items/ItemPage.vue")),
      { path: "templates", name: "templates", component: () => import("../templates/TemplatesPage.vue"), meta: { roles: rolesOf("templates") } },
      { path: "templates/:name", name: "template", component: () => import("../templates/TemplatePage.vue"), props: (to) => ({ code: `message.${String(to.params.name)}` }), meta: { roles: rolesOf("templates") } },
      ...listed("campaigns", () => import("../campaigns/CampaignsPage.vue"), () => import("../campaigns/CampaignPage.vue")),
      { path: "editions/:id/opinions", name: "opinions", component: () => import("../consultation/OpinionsPage.vue"), props: true, meta: { roles: ["coordinator", "auditor"] } },
      { path: "editions/:code/differences", name: "edition-differences", component: () => import("../editions/DifferencesPage.vue"), props: true },
      ...listed("editions", () => import("../editions/EditionsPage.vue"), () => import("../editions/EditionPage.vue")),
      ...listed("volunteers", () => import("../volunteers/VolunteersPage.vue"), () => import("../volunteers/VolunteerPage.vue"), "no", () => import("../volunteers/NewVolunteerPage.vue"), ["coordinator", "team_leader"]),
      { path: "import", name: "import", component: () => import("../imports/ImportsPage.vue"), meta: { roles: IMPORTERS } },
      { path: "import/:id", name: "import-preview", component: () => import("../imports/ImportPage.vue"), props: true, meta: { roles: IMPORTERS } },
      { path: "doubles", name: "doubles", component: () => import("../mergers/DoublesPage.vue"), meta: { roles: COORDINATOR } },
      { path: "merge/:kind/:code", name: "merge", component: () => import("../mergers/MergePage.vue"), props: (to) => ({ ...to.params, into: typeof to.query.into === "string" ? to.query.into : "" }), meta: { roles: COORDINATOR } },
      { path: "accounts", name: "accounts", component: () => import("../accounts/AccountsPage.vue"), meta: { roles: rolesOf("accounts") } },
      { path: "accounts/new", component: () => import("../accounts/InvitePage.vue"), meta: { roles: rolesOf("accounts") } },
    ],
  },
  { path: "/surveys/:id", name: "survey", component: () => import("../survey/SurveyPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/survey-replies/:id", name: "survey_reply", component: () => import("../survey/ReplyPage.vue"), props: true, meta: { roles: ["team_leader", ...PLANNERS] } },
  {
    path: "/figures",
    component: () => import("../figures/FiguresFrame.vue"),
    meta: { roles: [...OFFICER, "auditor"] },
    children: [
      { path: "", name: "figures", component: () => import("../figures/FiguresPage.vue") },
      { path: "coverage", name: "coverage", component: () => import("../figures/CoveragePage.vue") },
    ],
  },
  { path: "/item-proposals/:id", name: "item_proposal", component: () => import("../survey/ProposalPage.vue"), props: true, meta: { roles: ["team_leader", ...PLANNERS] } },
  {
    path: "/windows",
    component: () => import("../windows/WindowsFrame.vue"),
    children: [
      { path: "", name: "windows", component: () => import("../windows/WindowsPage.vue"), meta: { roles: WINDOW_KEEPERS } },
      { path: "new", name: "new-window", component: () => import("../windows/NewWindowPage.vue"), meta: { roles: COORDINATOR } },
      { path: "comparison", name: "comparison", component: () => import("../comparison/ComparisonPage.vue"), meta: { roles: WINDOW_KEEPERS } },
      { path: "programmes", name: "programmes", component: () => import("../programmes/ProgrammesPage.vue"), meta: { roles: WINDOW_KEEPERS } },
      { path: "programmes/new", name: "new-programme", component: () => import("../programmes/NewProgrammePage.vue"), meta: { roles: COORDINATOR } },
      { path: "programmes/:id", name: "programme", component: () => import("../programmes/ProgrammePage.vue"), props: true, meta: { roles: WINDOW_KEEPERS } },
      { path: "stages/:id", name: "window_stage", component: () => import("../programmes/StagePage.vue"), props: true, meta: { roles: WINDOW_KEEPERS } },
      { path: "honours", name: "honours", component: () => import("../honours/HonoursPage.vue"), meta: { roles: [...WINDOW_KEEPERS, "township_officer", "clerk"] } },
      { path: "honours/new", name: "new-honour", component: () => import("../honours/NominationPage.vue"), meta: { roles: ["team_leader", "coordinator"] } },
      { path: "honours/:id", name: "honour", component: () => import("../honours/HonourPage.vue"), props: true, meta: { roles: [...WINDOW_KEEPERS, "township_officer", "clerk"] } },
      { path: "places/:id", name: "window", component: () => import("../windows/WindowPage.vue"), props: true, meta: { roles: WINDOW_KEEPERS } },
    ],
  },
  { path: "/verify-badge", name: "verify-badge", component: () => import("../badges/VerifyPage.vue"), meta: { open: true } },
  { path: "/operations", name: "operations", component: () => import("../operations/OperationsPage.vue"), meta: { roles: ["operator", "auditor"] } },
  { path: "/audit", name: "audit", component: () => import("../audit/AuditPage.vue"), meta: { roles: ["auditor", "operator"] } },
  { path: "/subscriptions", name: "subscriptions", component: () => import("../subscriptions/SubscriptionsPage.vue"), meta: { roles: ["subscriber", "operator", "auditor"] } },
  { path: "/subscriptions/new", name: "new-subscription", component: () => import("../subscriptions/SubscriptionFormPage.vue"), meta: { roles: ["subscriber"] } },
  { path: "/subscriptions/:id", name: "subscription", component: () => import("../subscriptions/SubscriptionPage.vue"), props: true, meta: { roles: ["subscriber", "operator", "auditor"] } },
  { path: "/received/:name", name: "received", component: () => import("../subscriptions/ReceivedPage.vue"), props: true, meta: { roles: ["subscriber", "operator"] } },
  { path: "/planning", name: "planning", component: () => import("../planning/PlanningPage.vue"), meta: { roles: PLANNERS } },
  { path: "/planning/candidates/:id", name: "candidate", component: () => import("../planning/BoardPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/planning/candidates/:id/comparison", name: "candidate-comparison", component: () => import("../planning/ComparisonPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/planning/candidates/:id/publication", name: "candidate-publication", component: () => import("../planning/PublicationPage.vue"), props: true, meta: { roles: PLANNERS } },
  { path: "/:rest(.*)*", name: "not-found", component: () => import("./NotFoundPage.vue"), meta: { open: true } },
];

export const router = createRouter({
  history: createWebHistory(),
  routes,
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

router.beforeEach((to) => {
  if (to.meta.open) return true;
  if (!isSignedIn.value && to.meta.kept && isKept(to.meta.kept, String(to.params.id))) return true;
  if (!isSignedIn.value) return { name: "sign-in", query: { back: to.fullPath } };
  if (to.meta.roles && !has(...to.meta.roles)) return { name: "not-found", query: { why: "role" } };
  return true;
});

router.beforeResolve(async (to) => {
  if (!isFirst(to.name)) await loadRest();
});

/** Whether whoever is signed in may open a page. */
export function mayOpen(name: string): boolean {
  const page = router.getRoutes().find((each) => each.name === name);
  return page !== undefined && (!page.meta.roles || has(...page.meta.roles));
}
