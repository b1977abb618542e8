import type { RouterHistory } from "@tanstack/react-router";
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";

import { ErrorPage, NotFound } from "../parts/ErrorPage";
import { rangeOf, timeOf } from "../range/search";
import { Root } from "./Root";

const text = (value: unknown) => (typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined);

const root = createRootRoute({ component: Root, notFoundComponent: NotFound });
const parent = () => root;

const home = createRoute({
  getParentRoute: parent,
  path: "/",
  validateSearch: rangeOf,
  component: lazyRouteComponent(() => import("../pages/home/Home")),
});
const campaigns = createRoute({
  getParentRoute: parent,
  path: "/campaigns",
  validateSearch: rangeOf,
  component: lazyRouteComponent(() => import("../pages/campaigns/Campaigns")),
});
const campaign = createRoute({
  getParentRoute: parent,
  path: "/campaigns/$id",
  validateSearch: timeOf,
  component: lazyRouteComponent(() => import("../pages/campaigns/CampaignDetail")),
});
const model = createRoute({
  getParentRoute: parent,
  path: "/model",
  validateSearch: (search: Record<string, unknown>): { id?: string; against?: string } => ({
    id: text(search.id),
    against: text(search.against),
  }),
  component: lazyRouteComponent(() => import("../pages/model/ModelPage")),
});
const plan = createRoute({
  getParentRoute: parent,
  path: "/plan",
  validateSearch: (search: Record<string, unknown>): { compare?: string } => ({
    compare: text(search.compare),
  }),
  component: lazyRouteComponent(() => import("../pages/plan/PlanPage")),
});
const planDetail = createRoute({
  getParentRoute: parent,
  path: "/plan/$id",
  component: lazyRouteComponent(() => import("../pages/plan/PlanDetail")),
});
const data = createRoute({
  getParentRoute: parent,
  path: "/data",
  component: lazyRouteComponent(() => import("../pages/data/DataPage")),
});
const importing = createRoute({
  getParentRoute: parent,
  path: "/data/import/$upload",
  component: lazyRouteComponent(() => import("../pages/data/ImportPage")),
});
const dataset = createRoute({
  getParentRoute: parent,
  path: "/data/$id",
  validateSearch: rangeOf,
  component: lazyRouteComponent(() => import("../pages/data/DatasetPage")),
});
const settings = createRoute({
  getParentRoute: parent,
  path: "/settings",
  validateSearch: (search: Record<string, unknown>): { tab?: string } => ({ tab: text(search.tab) }),
  component: lazyRouteComponent(() => import("../pages/settings/Settings")),
});

const routeTree = root.addChildren([
  home, campaigns, campaign, model, plan, planDetail, data, importing, dataset, settings,
]);

/** A router over the browser's addresses, or over a history that a test holds. */
export function newRouter(history?: RouterHistory) {
  return createRouter({
    routeTree,
    history,
    defaultErrorComponent: ErrorPage,
    defaultNotFoundComponent: NotFound,
    defaultPreload: "intent",
    scrollRestoration: history === undefined,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof newRouter>;
  }
}
