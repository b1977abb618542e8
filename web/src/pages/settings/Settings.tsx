import { Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";

import { useSystem } from "../../api/settings";
import { may, useSession } from "../../api/session";
import { PageHead } from "../../parts/Page";
import { Configuration } from "./Configuration";
import { Health } from "./Health";
import { Password } from "./Password";
import { Tokens } from "./Tokens";
import { Users } from "./Users";

const TABS = [
  { value: "health", label: "Health", page: Health },
  { value: "users", label: "Users", page: Users },
  { value: "tokens", label: "API tokens", page: Tokens },
  { value: "password", label: "Your password", page: Password },
  { value: "configuration", label: "Configuration", page: Configuration },
];

/** What a tab is for, where the state of the system does not answer it. */
const SENTENCES: Record<string, string> = {
  users: "Each person has one role, and may do what every role before it may.",
  tokens: "Programs come in with a token of their own, with a role up to yours.",
  configuration: "Every threshold that decides something, with its source; a change is kept with who made it.",
};

export default function Settings() {
  const { tab = "health" } = useSearch({ from: "/settings" });
  const navigate = useNavigate();
  const session = useSession();
  const system = useSystem();
  const bad = system.data?.parts.filter((p) => p.state !== "ok") ?? [];
  const health = !system.data
    ? "Who and what may do what, and whether everything works."
    : bad.length === 0
      ? `Everything works: ${system.data.parts.length} parts are healthy.`
      : `${bad.map((p) => p.name).join(", ")} ${bad.length === 1 ? "needs" : "need"} a look.`;
  const sentence = SENTENCES[tab] ?? health;
  const admin = may(session.data?.role, "admin");
  const shown = TABS.filter((t) => admin || t.value !== "users");
  return (
    <div className="page">
      <PageHead name="Settings" question="Who and what may do what?" sentence={sentence} />
      <Tabs value={tab} onChange={(value) => void navigate({ to: "/settings", search: { tab: value ?? undefined } })} keepMounted={false}>
        <Tabs.List>
          {shown.map((t) => <Tabs.Tab key={t.value} value={t.value}>{t.label}</Tabs.Tab>)}
        </Tabs.List>
        {shown.map(({ value, page: Page }) => <Tabs.Panel key={value} value={value} pt="md"><Page /></Tabs.Panel>)}
      </Tabs>
    </div>
  );
}
