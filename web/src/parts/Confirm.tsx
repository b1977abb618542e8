import { Button, Group, Modal } from "@mantine/core";
import { useState } from "react";
import type { ReactNode } from "react";

import { Problem } from "./Problem";

interface Props {
  /** The verb on the button that asks. */
  label: string;
  title: string;
  children: ReactNode;
  confirm: string;
  run: () => Promise<unknown>;
  harm?: boolean;
  variant?: string;
}

/** Asks before what is not easily undone; says what will have happened. */
export function Confirm({ label, title, children, confirm, run, harm, variant = "default" }: Props) {
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const go = async () => {
    setBusy(true);
    setError(null);
    try {
      await run();
      setOpen(false);
    } catch (reason) {
      setError(reason);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button variant={variant} onClick={() => setOpen(true)}>
        {label}
      </Button>
      <Modal opened={open} onClose={() => setOpen(false)} title={title} transitionProps={{ duration: 0 }}>
        {children}
        {error !== null && <Problem error={error} />}
        <Group justify="flex-end" mt="md">
          <Button variant="default" onClick={() => setOpen(false)}>
            Keep it as it is
          </Button>
          <Button color={harm ? "red" : undefined} loading={busy} onClick={() => void go()}>
            {confirm}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
