// The API as a program sees it: what the pages show is compared with what this reads.

export const OWNER = { name: "Ada", email: "ada@example.org", password: "a long enough password 1", workspace: "Brand" };

/** Who may look at a demo: what `outlay serve --demo` printed. */
export async function guest(server, seconds = 30) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const found = /sign in as (\S+) with the password (\S+)/.exec(server.said());
    if (found) return { email: found[1], password: found[2] };
  }
  throw new Error(`nothing was said about the demo's guest\n${server.said()}`);
}

/** Signs in apart from the browser and reads the API. */
export async function reader(address, who = OWNER) {
  const answer = await fetch(`${address}/api/session`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ email: who.email, password: who.password }),
  });
  if (!answer.ok) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`);
  const cookie = answer.headers.getSetCookie().map((one) => one.split(";")[0]).join("; ");
  const { csrf } = await answer.json();
  const call = async (method, path, body) => {
    const response = await fetch(`${address}/api${path}`, {
      method,
      headers: { Cookie: cookie, ...(method === "GET" ? {} : { "X-CSRF-Token": csrf, "Content-Type": "application/json" }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    get: async (path) => (await call("GET", path)).json(),
    post: async (path, body = {}) => (await call("POST", path, body)).json(),
    /** Sends a file; its identity. */
    upload: async (name, bytes) => {
      const response = await fetch(`${address}/api/uploads`, {
        method: "POST", body: bytes, headers: { Cookie: cookie, "X-CSRF-Token": csrf, "Content-Type": "text/csv", "X-File-Name": encodeURIComponent(name) },
      });
      if (!response.ok) throw new Error(`POST /uploads: ${response.status} ${await response.text()}`);
      return (await response.json()).id;
    },
    file: async (path) => Buffer.from(await (await call("GET", path)).arrayBuffer()),
  };
}

/** Waits until a job is over; what it says then. */
export async function over(api, job, seconds = 300) {
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    const now = await api.get(`/jobs/${job}`);
    if (!["queued", "running"].includes(now.state)) {
      if (now.state !== "succeeded") throw new Error(`the job ${now.kind} ended as ${now.state}: ${JSON.stringify(now.error)}`);
      return now;
    }
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
  throw new Error(`the job ${job} took more than ${seconds} s`);
}
