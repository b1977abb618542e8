import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";

import { open, serve } from "./app";
import { SESSION, WORLDS } from "./fixtures/api.mjs";
import summary from "./fixtures/summary.json";

const LONG = { timeout: 20_000 };
const heading = (name: RegExp | string) => screen.findByRole("heading", { name }, LONG);

beforeEach(() => localStorage.clear());

describe("signing in", () => {
  it("leads to the identity provider and back to the page that was opened", async () => {
    window.history.replaceState(null, "", "/plan?model=1");
    serve(WORLDS.nobody);
    open("/plan");
    const link = await screen.findByRole("link", { name: "Example login" }, LONG);
    expect(link.getAttribute("href")).toBe("/api/session/sign-on?next=%2Fplan%3Fmodel%3D1");
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("says why the identity provider's answer was not taken, and repeats nothing of the address", async () => {
    window.history.replaceState(null, "", "/?sign-on=auth.oidc-domain");
    serve(WORLDS.nobody);
    const { unmount } = open("/");
    expect((await screen.findByRole("alert", {}, LONG)).textContent).toMatch(/your domain may not sign in/);
    unmount();
    window.history.replaceState(null, "", "/?sign-on=call+0800-evil");
    open("/");
    expect((await screen.findByRole("alert", {}, LONG)).textContent).not.toMatch(/evil/);
    window.history.replaceState(null, "", "/");
  });

  it("changes one's password", async () => {
    const calls = serve();
    open("/settings?tab=password");
    const user = userEvent.setup();
    await user.type(await screen.findByLabelText(/Current password/, {}, LONG), "correct horse");
    await user.type(screen.getByLabelText(/New password/), "another good one");
    await user.click(screen.getByRole("button", { name: "Change the password" }));
    await waitFor(() => expect(calls.find((c) => c.path === "/api/session/password")).toMatchObject({
      method: "PUT", body: { current: "correct horse", password: "another good one" },
    }));
  });
});

describe("the first run", () => {
  it("asks for one person before anything else", async () => {
    const calls = serve(WORLDS.setup);
    open("/");
    await heading(/next unit of money/);
    const user = userEvent.setup();
    await user.type(screen.getByLabelText(/Your name/), "Ada");
    await user.type(screen.getByLabelText(/E-mail/), "ada@example.com");
    await user.type(screen.getByLabelText(/^Password/), "correct horse");
    await user.type(screen.getByLabelText(/Workspace/), "Brand");
    await user.click(screen.getByRole("button", { name: /Set up/ }));
    await waitFor(() => expect(calls.find((c) => c.path === "/api/setup")?.body).toEqual({
      name: "Ada", email: "ada@example.com", password: "correct horse", workspace: "Brand",
    }));
  });

  it("offers a file or the demo, and shows the demo's progress", async () => {
    serve(WORLDS.empty);
    open("/");
    await heading(/Drop a file/);
    await userEvent.click(screen.getByRole("button", { name: "Load the demo" }));
    expect(await screen.findByText(/Sampling/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Stop" })).toBeTruthy();
  });
});

describe("the shell", () => {
  it("shows only pages that exist, and goes by keyboard", async () => {
    serve();
    const { router } = open("/settings");
    const nav = (await screen.findAllByRole("navigation", { name: "Pages" }, LONG))[0]!;
    expect(within(nav).getAllByRole("link").map((l) => l.textContent?.trim())).toEqual(["Outlay", "Home", "Campaigns", "Model", "Plan", "Data", "Settings"]);
    const user = userEvent.setup();
    await user.keyboard("gd");
    await waitFor(() => expect(router.state.location.pathname).toBe("/data"));
    await user.keyboard("/");
    expect(document.activeElement?.id).toBe("search");
    await user.keyboard("gp");
    expect(router.state.location.pathname).toBe("/data");
  });

  it("says what happened, why, and what next", async () => {
    serve(WORLDS.broken);
    open("/model");
    const alert = await screen.findByRole("alert", {}, LONG);
    for (const text of ["The store does not answer", /busy for longer/, /Try again in a moment/, "store.unavailable"]) {
      expect(within(alert).getByText(text)).toBeTruthy();
    }
  });

  it("has a page for an address that leads nowhere", async () => {
    serve();
    open("/nowhere");
    await heading(/nothing at this address/);
  });
});

describe("finding and following", () => {
  it("goes where the search and the page point, and nowhere else", async () => {
    serve();
    const { router } = open("/");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Look at 2 findings" }, LONG));
    await waitFor(() => expect(router.state.location.pathname).toBe("/data/d1"));
    await user.type(document.getElementById("search")!, "quick");
    await user.click(await screen.findByRole("option", { name: "Model: Quick look", hidden: true }));
    await waitFor(() => expect(router.state.location.href).toBe("/model?id=m2"));
    await waitFor(() => expect((document.getElementById("search") as HTMLInputElement).value).toBe(""));
  });
});

describe("dropping a file", () => {
  const file = (name: string) => new File(["date,revenue"], name, { type: "text/csv" });

  it("sends it, says how far it is, and goes on to its columns", async () => {
    const sent: { headers: Record<string, string>; body: unknown }[] = [];
    class FakeRequest {
      upload: { onprogress?: (event: { loaded: number }) => void } = {};
      status = 201;
      responseText = JSON.stringify({ id: "u1", name: "spend.csv", bytes: 12, sha256: "", at: "" });
      onload = () => undefined;
      headers: Record<string, string> = {};
      open() {
        return undefined;
      }
      setRequestHeader(name: string, value: string) {
        this.headers[name] = value;
      }
      send(body: unknown) {
        sent.push({ headers: this.headers, body });
        this.upload.onprogress?.({ loaded: 6 });
        setTimeout(() => this.onload(), 20);
      }
    }
    vi.stubGlobal("XMLHttpRequest", FakeRequest);
    serve(WORLDS.empty);
    const { router } = open("/");
    await heading(/Drop a file/);
    await userEvent.upload(screen.getByLabelText("File with your data"), file("Ausgaben €.csv"));
    expect(await screen.findByText(/6 bytes of 12 bytes sent/)).toBeTruthy();
    await waitFor(() => expect(router.state.location.pathname).toBe("/data/import/u1"), LONG);
    expect(sent[0]!.headers).toMatchObject({ "X-File-Name": "Ausgaben%20%E2%82%AC.csv", "X-CSRF-Token": "token", "Content-Type": "text/csv" });
    vi.unstubAllGlobals();
  });

  it("takes one at a time, and says so", async () => {
    serve(WORLDS.empty);
    open("/data");
    const zone = (await screen.findByText("Drop a file here", {}, LONG)).closest(".drop")!;
    fireEvent.drop(zone, { dataTransfer: { files: [file("a.csv"), file("b.csv")] } });
    expect(await screen.findByText("2 files at once")).toBeTruthy();
  });
});

describe("a range of days", () => {
  const asked = (calls: ReturnType<typeof serve>, path: string) => Object.fromEntries(calls.filter((c) => c.path === path).at(-1)!.query);

  it("lives in the address, and every request of the page has it", async () => {
    const calls = serve();
    const { router } = open("/?last=52&compare=year&channel=tv");
    await heading(/Revenue was/);
    await waitFor(() => expect(asked(calls, "/api/dashboard/summary")).toEqual({ last: "52", compare: "year", channel: "tv" }), LONG);
    const user = userEvent.setup();
    const group = screen.getByRole("group", { name: "Time range and filters" });
    expect((within(group).getByLabelText("Time range") as HTMLSelectElement).value).toBe("52");
    await user.selectOptions(within(group).getByLabelText("Time range"), "Last 4 weeks");
    await waitFor(() => expect(router.state.location.search).toMatchObject({ last: 4, compare: "year", channel: "tv" }));
    await waitFor(() => expect(asked(calls, "/api/dashboard/summary")).toMatchObject({ last: "4" }));
    await user.selectOptions(within(group).getByLabelText("Channel"), "All channels");
    await waitFor(() => expect(asked(calls, "/api/dashboard/summary")).toEqual({ last: "4", compare: "year" }));
    router.history.back();
    await waitFor(() => expect((within(group).getByLabelText("Channel") as HTMLSelectElement).value).toBe("tv"));
  });

  it("goes along to other pages with days, and leaves the filters", async () => {
    const calls = serve();
    const { router } = open("/?last=4&channel=tv");
    await heading(/Revenue was/);
    const user = userEvent.setup();
    await user.keyboard("gc");
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns"));
    await heading(/has spent most/);
    expect(asked(calls, "/api/campaigns/summary")).toEqual({ last: "4" });
    await user.selectOptions(screen.getByLabelText("Platform"), "Meta");
    await waitFor(() => expect(asked(calls, "/api/campaigns")).toEqual({ last: "4", platform: "Meta" }));
    await user.click(screen.getByRole("link", { name: "search always on" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/campaigns/c1"), LONG);
    await waitFor(() => expect(asked(calls, "/api/campaigns/c1/series")).toEqual({ last: "4" }));
    await user.keyboard("gm");
    await heading(/^Search returns/);
    expect(screen.queryByRole("group", { name: "Time range and filters" })).toBeNull();
  });

  it("takes days of one's own when they are said, and not the wrong way round", async () => {
    const calls = serve();
    const { router } = open("/");
    await heading(/Revenue was/);
    const user = userEvent.setup();
    await user.selectOptions(await screen.findByLabelText("Time range", {}, LONG), "Own dates");
    const from = (await screen.findByLabelText("From")) as HTMLInputElement;
    expect(from.value).toBe("2024-09-30");
    fireEvent.change(from, { target: { value: "2025-03-01" } });
    expect(screen.getByText("Lies before the first day")).toBeTruthy();
    fireEvent.change(from, { target: { value: "2024-03-01" } });
    fireEvent.change(screen.getByLabelText("To"), { target: { value: "2024-03-31" } });
    await user.click(screen.getByRole("button", { name: "Show these days" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ from: "2024-03-01", to: "2024-03-31" }));
    await waitFor(() => expect(asked(calls, "/api/dashboard/summary")).toEqual({ from: "2024-03-01", to: "2024-03-31" }));
  });

  it("that holds nothing says so on every page, and leads to one that does", async () => {
    serve(WORLDS.beyond);
    const { router } = open("/?from=2030-01-01&to=2030-01-31");
    await heading(/No data between 1 Jan(uary)? 2030 and|No data between Jan 1, 2030 and/);
    for (const path of ["/campaigns", "/campaigns/c1", "/data/d1"]) {
      router.history.push(`${path}?from=2030-01-01&to=2030-01-31`);
      await waitFor(() => expect(router.state.location.pathname).toBe(path));
      await heading(/^No data .*between/);
    }
    await userEvent.click(screen.getByRole("button", { name: /^Show .*2024/ }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ from: "2024-09-30", to: "2024-12-29" }));
  });

  it("that names what is not there can be left again", async () => {
    serve(WORLDS.unknown);
    const { router } = open("/?channel=radio-2");
    const alert = await screen.findByRole("alert", {}, LONG);
    expect(within(alert).getByText(/name one of/)).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Channel"), "All channels");
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty("channel", "radio-2"));
  });

  it("is asked for again by hand, and says when it came", async () => {
    const calls = serve();
    open("/");
    await heading(/Revenue was/);
    const stamp = await screen.findByText(/^As of /, {}, LONG);
    expect(stamp.getAttribute("role")).toBe("status");
    const before = calls.filter((c) => c.path === "/api/dashboard/summary").length;
    await userEvent.click(screen.getByRole("button", { name: "Refresh" }));
    await waitFor(() => expect(calls.filter((c) => c.path === "/api/dashboard/summary").length).toBeGreaterThan(before));
  });
});

describe("Data", () => {
  it("adds up again when a column changes its role, and imports what was said", async () => {
    const calls = serve();
    const { router } = open("/data/import/u1");
    await heading(/156 weeks/);
    const user = userEvent.setup();
    await user.selectOptions(screen.getByLabelText(/currency/), "EUR");
    await user.selectOptions(screen.getByLabelText("price is"), "control");
    await waitFor(() => {
      const last = calls.filter((c) => c.path.endsWith("/check")).at(-1)?.body as { mapping: { currency: string; controls: string[] } };
      expect(last.mapping.currency).toBe("EUR");
      expect(last.mapping.controls).toContain("price");
    }, LONG);
    const accept = screen.getByRole("button", { name: /It matches/ });
    await waitFor(() => expect((accept as HTMLButtonElement).disabled).toBe(false), LONG);
    await user.click(accept);
    await waitFor(() => expect(router.state.location.pathname).toBe("/"), LONG);
    expect((calls.find((c) => c.path === "/api/datasets" && c.method === "POST")?.body as { name: string }).name).toBe("data");
  });
});

describe("Model", () => {
  it("shows the answer with intervals, and trust", async () => {
    serve();
    open("/model");
    await heading(new RegExp(`^S${summary.sentence.slice(1, 14)}`));
    expect((await screen.findAllByRole("img", { name: /^search: €1\.93 \(0\.66–4\.82\)/ }, LONG)).length).toBeGreaterThan(0);
    expect(screen.getByText(/Mostly: look at the points below/)).toBeTruthy();
    expect(screen.getByText("8 checks that are fine")).toBeTruthy();
  });

  it("says what a demand that nobody measured could undo, the weakest channel first", async () => {
    serve();
    open("/model");
    const table = await screen.findByRole("table", { name: /How strong a hidden demand would have to be/ }, LONG);
    const rows = within(table).getAllByRole("row").slice(1).map((row) => within(row).getAllByRole("cell").map((c) => c.textContent));
    const halves = rows.map((cells) => Number.parseFloat(cells.find((c) => c?.endsWith("%"))!));
    expect(halves).toHaveLength(5);
    expect([...halves].sort((a, b) => a - b)).toEqual(halves);
    const least = Object.values(summary.channels).flatMap((c) => c.hidden_demand ?? []).sort((a, b) => a.halves - b.halves)[0]!;
    expect(screen.getByText(new RegExp(least.sentence.slice(1, 40)))).toBeTruthy();
  });

  it("has the table behind a picture", async () => {
    serve();
    open("/model");
    const figure = await screen.findByRole("figure", { name: "Return per euro" }, LONG);
    await userEvent.click(within(figure).getByRole("button", { name: "Table" }));
    const rows = within(figure).getAllByRole("row");
    expect(rows).toHaveLength(6);
  });

  it("follows a fit and stops it", async () => {
    const calls = serve(WORLDS.fitting);
    open("/model");
    await userEvent.click(await screen.findByRole("button", { name: "Stop" }, LONG));
    await waitFor(() => expect(calls.some((c) => c.path === "/api/jobs/j1/cancel")).toBe(true));
  });

  it("starts a fit with the chosen preset and method", async () => {
    const calls = serve();
    open("/model");
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Fit again" }, LONG));
    await user.click(screen.getByLabelText("Google Meridian's default"));
    await user.click(screen.getByLabelText("Quick look"));
    await user.click(screen.getByRole("button", { name: "Start the fit" }));
    await waitFor(() => expect(calls.find((c) => c.path === "/api/models" && c.method === "POST")?.body).toEqual({ dataset: "d1", preset: "meridian", method: "laplace", seed: 1 }));
  });
});

describe("a viewer", () => {
  it("reads everything and is offered nothing that would be refused", async () => {
    const viewer = { "/api/session": { ...SESSION, role: "viewer" } };
    serve(viewer);
    const { router } = open("/model");
    await heading(/^Search returns/);
    expect(screen.queryByRole("button", { name: /Fit again|Publish|Delete/ })).toBeNull();
    await router.navigate({ to: "/data" });
    expect(await screen.findByText(/an analyst imports files/, {}, LONG)).toBeTruthy();
    await router.navigate({ to: "/plan" });
    await screen.findByRole("button", { name: "Price your own plan" }, LONG);
    expect(screen.queryByRole("button", { name: "Find the best plan" })).toBeNull();
  });
});

describe("Plan", () => {
  it("asks with the limits that were set, and goes to the plan", async () => {
    const calls = serve();
    const { router } = open("/plan");
    const user = userEvent.setup();
    await user.click(await screen.findByLabelText("Keep radio as it is", {}, LONG));
    await user.type(screen.getByLabelText("tv at most"), "110");
    await user.click(screen.getByRole("button", { name: "Find the best plan" }));
    await waitFor(() => expect(router.state.location.pathname).toBe("/plan/p1"), LONG);
    const body = calls.find((c) => c.path === "/api/plans" && c.method === "POST")?.body as { model: string; question: { channel: unknown } };
    expect(body.model).toBe("m1");
    expect(body.question.channel).toEqual({ radio: { lock: true }, tv: { min: { "of-current": 0.5 }, max: { "of-current": 1.1 } } });
  });

  it("says what the plan brings, how sure that is, and what holds it back", async () => {
    serve();
    open("/plan/p1");
    await heading(/764K over 13 weeks/);
    expect(await screen.findByText(/In 15 of 20 equally likely cases/, {}, LONG)).toBeTruthy();
    expect(screen.getAllByText(/one percent of slack would bring/).length).toBeGreaterThan(0);
    expect(screen.getByText(/No plan within these limits/)).toBeTruthy();
    expect(await screen.findByText(/a test of it comes first/, {}, LONG)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Find out what decides" })).toBeNull();
  });

  it("shows how far the study of what decides is, and stops it", async () => {
    const calls = serve(WORLDS.studying);
    open("/plan/p1");
    const job = await screen.findByRole("group", { name: "Finding out what decides" }, LONG);
    expect(await within(job).findByText(/12 of 30 searches done/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Find out what decides" })).toBeNull();
    await userEvent.click(within(job).getByRole("button", { name: "Stop" }));
    await waitFor(() => expect(calls.some((c) => c.path === "/api/jobs/j3/cancel")).toBe(true));
  });

  it("has what decides found out where that was not done, or has failed", async () => {
    const calls = serve(WORLDS.unstudied);
    const { unmount } = open("/plan/p1");
    await userEvent.click(await screen.findByRole("button", { name: "Find out what decides" }, LONG));
    const begun = () => calls.filter((c) => c.method === "POST" && c.path === "/api/plans/p1/sensitivity");
    await waitFor(() => expect(begun()).toHaveLength(1));
    unmount();
    serve(WORLDS.studyFailed);
    open("/plan/p1");
    const alert = await screen.findByRole("alert", {}, LONG);
    for (const text of ["the draws of this fit cannot be read", "fit it again"]) expect(within(alert).getByText(text)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Find out what decides" })).toBeTruthy();
  });

  it("offers to whoever only reads no study to begin", async () => {
    serve({ ...WORLDS.unstudied, "/api/session": { ...SESSION, role: "viewer" } });
    open("/plan/p1");
    expect(await screen.findByText(/An analyst can have it found out/, {}, LONG)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Find out what decides" })).toBeNull();
  });

  it("compares with doing nothing first", async () => {
    serve();
    open("/plan?compare=p1");
    const table = await screen.findByRole("region", { name: "Scenarios side by side" }, LONG);
    expect(within(table).getAllByRole("row")[1]!.textContent).toMatch(/^doing nothing/);
  });
});

describe("other pages", () => {
  it("fill from the API", async () => {
    serve();
    const { router } = open("/campaigns");
    await heading(/has spent most/);
    await router.navigate({ to: "/campaigns/$id", params: { id: "c1" } });
    await heading(/the platform counts/);
    await router.navigate({ to: "/settings" });
    await heading(/Everything works: 3 parts/);
    await router.navigate({ to: "/data/$id", params: { id: "d1" } });
    await heading(/Demo brand holds 156 weeks/);
    await router.navigate({ to: "/" });
    await heading(/Revenue was/);
  });

  it("shows a token once", async () => {
    serve();
    open("/settings?tab=tokens");
    expect(await screen.findByText("nightly export", {}, LONG)).toBeTruthy();
  });
});
