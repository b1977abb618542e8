import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { ApiError } from "../api/client";
import { TipLayer } from "../charts/tip";
import { resolver, theme } from "../theme/theme";

export function newClient(): QueryClient {
  const client: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchOnWindowFocus: false,
        // A problem that the server names is an answer; only a lost connection is worth a retry.
        retry: (count, error) => count < 2 && error instanceof ApiError && error.problem.status === 0,
      },
    },
  });
  client.getQueryCache().subscribe((event) => {
    if (event.type !== "updated" || event.action.type !== "error") return;
    const { error } = event.action as { error: unknown };
    // A session that ended shows the sign-in page, and comes back to the same address.
    if (error instanceof ApiError && error.problem.status === 401 && event.query.queryKey[0] !== "session") {
      void client.invalidateQueries({ queryKey: ["session"] });
    }
  });
  return client;
}

export function Providers({ client, children }: { client: QueryClient; children: ReactNode }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} defaultColorScheme="auto">
      <QueryClientProvider client={client}>
        <TipLayer>{children}</TipLayer>
      </QueryClientProvider>
    </MantineProvider>
  );
}
