import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import type { MantineColorScheme } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";

import { useDashboard } from "../api/dashboard";
import { useLiveUpdates, useStreamState } from "../api/events";
import { useRunningJobs } from "../api/jobs";
import { useSignOut } from "../api/session";
import type { Session } from "../api/session";
import { formatDay, plural } from "../format/date";
import { State } from "../parts/State";
import { useKeys } from "./keys";
import { GROUPS, PAGES, placeOf } from "./pages";
import { Search } from "./Search";

function Nav() {
  return (
    <nav className="side" aria-label="Pages">
      <Link to="/" className="brand">
        <img src="/mark.svg" alt="" /> Outlay
      </Link>
      {GROUPS.map((group) => {
        const pages = PAGES.filter((page) => page.group === group);
        if (pages.length === 0) return null;
        return (
          <div key={group} role="group" aria-label={group}>
            <div className="nav-group" aria-hidden="true">{group}</div>
            {pages.map((page) => (
              <Link
                key={page.to}
                {...placeOf(page)}
                className="nav-link"
                activeProps={{ className: "active" }}
                activeOptions={{ exact: page.to === "/", includeSearch: false }}
                title={`g ${page.key}`}
              >
                {page.name}
              </Link>
            ))}
          </div>
        );
      })}
    </nav>
  );
}

function PhoneBar() {
  return (
    <nav className="phone-bar" aria-label="Pages">
      {PAGES.map((page) => (
        <Link key={page.to} {...placeOf(page)} activeProps={{ className: "active" }} activeOptions={{ exact: page.to === "/", includeSearch: false }}>
          {page.name}
        </Link>
      ))}
    </nav>
  );
}

const SCHEMES: { value: MantineColorScheme; label: string }[] = [
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
  { value: "auto", label: "As the system" },
];

function UserMenu({ session }: { session: Session }) {
  const signOut = useSignOut();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return (
    <Menu position="bottom-end" transitionProps={{ duration: 0 }}>
      <Menu.Target>
        <UnstyledButton aria-label={`${session.user?.name ?? "You"}: who you are and how it looks`} style={{ fontSize: "inherit", color: "inherit" }}>
          {session.user?.name} ▾
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{session.role}</Menu.Label>
        {SCHEMES.map((scheme) => (
          <Menu.Item
            key={scheme.value}
            onClick={() => setColorScheme(scheme.value)}
            rightSection={colorScheme === scheme.value ? "✓" : undefined}
          >
            {scheme.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => signOut.mutate()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

function Top({ session }: { session: Session }) {
  const dashboard = useDashboard();
  const jobs = useRunningJobs();
  const stream = useStreamState();
  const fresh = dashboard.data?.freshness;
  const running = jobs.data?.items.length ?? 0;
  return (
    <header className="top">
      <strong>{session.workspace?.name}</strong>
      {fresh && (
        <Link to="/data" className="nowrap fresh">
          data to {formatDay(fresh.data_until)} <State state={fresh.state} />
        </Link>
      )}
      {running > 0 && <span className="nowrap"><State state="running" word={`${plural(running, "job")} running`} /></span>}
      {stream === "waiting" && <span className="stream"><State state="late" word="live updates are off, trying again" /></span>}
      <span className="grow" />
      <Search />
      <UserMenu session={session} />
    </header>
  );
}

export function Shell({ session }: { session: Session }) {
  useLiveUpdates();
  useKeys();
  return (
    <>
      <a className="skip" href="#main">Skip to the page</a>
      <div className="shell">
        <Nav />
        <div className="main">
          <Top session={session} />
          <main id="main" tabIndex={-1} style={{ outline: "none" }}>
            <Outlet />
          </main>
        </div>
        <PhoneBar />
      </div>
    </>
  );
}
