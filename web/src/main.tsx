import "@mantine/core/styles.css";
import "./theme/tokens.css";
import "./theme/page.css";

import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { Providers, newClient } from "./app/Providers";
import { newRouter } from "./app/router";

const element = document.getElementById("root");
if (element) {
  createRoot(element).render(
    <StrictMode>
      <Providers client={newClient()}>
        <RouterProvider router={newRouter()} />
      </Providers>
    </StrictMode>,
  );
}
