import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import type { ReactNode } from "react";

/** Goes to an address of this dashboard that the server gave; other addresses are not followed. */
export function useGoTo(): (address: string) => void {
  const navigate = useNavigate();
  return useCallback(
    (address: string) => {
      if (/^\/(?!\/)/.test(address)) void navigate({ href: address } as never);
    },
    [navigate],
  );
}

export function GoTo({ address, children }: { address: string; children: ReactNode }) {
  const go = useGoTo();
  if (!/^\/(?!\/)/.test(address)) return <>{children}</>;
  return (
    <a
      href={address}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        go(address);
      }}
    >
      {children}
    </a>
  );
}
