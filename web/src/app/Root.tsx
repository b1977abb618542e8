import { Suspense, lazy } from "react";

import { useSession } from "../api/session";
import { Problem } from "../parts/Problem";
import { Shell } from "./Shell";

const Setup = lazy(() => import("../pages/start/Setup"));
const SignIn = lazy(() => import("../pages/start/SignIn"));

/** Nobody sees a page before the workspace has an owner and the reader a session. */
export function Root() {
  const session = useSession();
  if (session.isError && !session.data) {
    return (
      <div className="gate">
        <Problem error={session.error} retry={() => void session.refetch()} />
      </div>
    );
  }
  if (!session.data) return null;
  if (session.data.setup_needed || !session.data.user) {
    return (
      <Suspense fallback={null}>{session.data.setup_needed ? <Setup /> : <SignIn />}</Suspense>
    );
  }
  return <Shell session={session.data} />;
}
