// Changes under a session bring its token: who is signed in to the dashboard can try everything.
async function withToken(request) {
  const reads = ["GET", "HEAD", "OPTIONS"].includes((request.method || "GET").toUpperCase());
  if (!reads && !request.headers.Authorization) {
    const answer = await fetch("/api/session", { credentials: "same-origin" });
    const { csrf } = answer.ok ? await answer.json() : {};
    if (csrf) request.headers["X-CSRF-Token"] = csrf;
  }
  return request;
}

window.ui = SwaggerUIBundle({
  url: "/api/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  validatorUrl: null,
  requestInterceptor: withToken,
});
