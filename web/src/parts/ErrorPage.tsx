import { useRouter } from "@tanstack/react-router";
import type { ErrorComponentProps } from "@tanstack/react-router";

import { GoTo } from "./GoTo";
import { PageHead } from "./Page";
import { Problem } from "./Problem";

/** Stands in for a page that could not be drawn; the rest of the shell stays. */
export function ErrorPage({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = () => {
    reset();
    void router.invalidate();
  };
  return (
    <div className="page">
      <PageHead name="Error" question="What went wrong?" sentence="This page could not be shown." />
      <Problem error={error} retry={again} />
    </div>
  );
}

export function NotFound() {
  return (
    <div className="page">
      <PageHead name="Not found" question="What went wrong?" sentence="There is nothing at this address." />
      <p>
        It may have been deleted, or the address may be mistyped. <GoTo address="/">Go to Home</GoTo>
      </p>
    </div>
  );
}
