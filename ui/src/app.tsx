// The routes, in one place. A screen is fetched when somebody goes there.
import { Navigate, Route, Router, useLocation, type RouteSectionProps } from "@solidjs/router";
import { Show, createResource, lazy, type Component } from "solid-js";
import { moreWords } from "./i18n";
import { Failed, Skeleton } from "./parts/state";
import { askSession, session } from "./session";
import { Shell } from "./shell/shell";

/** A screen after the first: its words are fetched with it. */
const screen = <T extends { default: Component }>(load: () => Promise<T>) => lazy(async () => (await Promise.all([load(), moreWords()]))[0]);

export function App() {
  return (
    <Router>
      <Route path="/login" component={lazy(() => import("./pages/login"))} />
      <Route path="/setup" component={screen(() => import("./pages/setup"))} />
      <Route path="/invite" component={screen(() => import("./pages/invite"))} />
      <Route path="/reset" component={screen(() => import("./pages/reset"))} />
      <Route component={SignedIn}>
        <Route path="/" component={() => <Navigate href="/inbox" />} />
        <Route path="/inbox/:id?" component={lazy(() => import("./pages/inbox"))} />
        <Route path="/board/:pipeline?" component={screen(() => import("./pages/board"))} />
        <Route path="/reviews" component={screen(() => import("./pages/reviews"))} />
        <Route path="/channels/*rest" component={screen(() => import("./pages/channels"))} />
        <Route path="/templates/*rest" component={screen(() => import("./pages/templates"))} />
        <Route path="/reports/*rest" component={screen(() => import("./pages/reports"))} />
        <Route path="/api-keys/*rest" component={screen(() => import("./pages/api"))} />
        <Route path="/settings/*rest" component={screen(() => import("./pages/settings"))} />
        <Route path="/playground" component={screen(() => import("./pages/playground"))} />
        <Route path="/welcome" component={lazy(() => import("./pages/welcome"))} />
        <Route path="*" component={lazy(() => import("./pages/not-found"))} />
      </Route>
    </Router>
  );
}

/** Everything beneath is there only for somebody signed in; others are led to the door and back. */
function SignedIn(props: RouteSectionProps) {
  const location = useLocation();
  const [asked, { refetch }] = createResource(async () => {
    if (session() === undefined) await askSession();
    return true;
  });
  return (
    <Show when={!asked.error} fallback={<Failed error={asked.error} onRetry={refetch} />}>
      <Show when={session() !== undefined} fallback={<Skeleton lines={8} />}>
        <Show when={session()} fallback={<Navigate href={`/login?to=${encodeURIComponent(location.pathname + location.search)}`} />}>
          <Shell {...props} />
        </Show>
      </Show>
    </Show>
  );
}
