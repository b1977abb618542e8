// Training progress over a WebSocket: finer than the events, only while somebody looks.

import { useEffect, useReducer } from "react";

/** One message per chain and step. */
export interface Training {
  chain: number;
  phase: "warm-up" | "sampling";
  iteration: number;
  total: number;
  divergences: number;
  /** Largest so far over all parameters; null before there is enough to tell. */
  rhat?: number | null;
  step_size?: number;
}

export interface TrainingState {
  chains: Training[];
  rhat: number | null;
  /** R-hat as it came down, oldest first. */
  history: number[];
  divergences: number;
}

export const NO_TRAINING: TrainingState = { chains: [], rhat: null, history: [], divergences: 0 };

const HISTORY = 200;

export function train(state: TrainingState, message: Training): TrainingState {
  const chains = state.chains.filter((chain) => chain.chain !== message.chain);
  chains.push(message);
  chains.sort((a, b) => a.chain - b.chain);
  const rhat = message.rhat ?? state.rhat;
  return {
    chains,
    rhat,
    history: message.rhat == null ? state.history : [...state.history, message.rhat].slice(-HISTORY),
    divergences: chains.reduce((sum, chain) => sum + chain.divergences, 0),
  };
}

/** Follows the job while `active`; a socket that breaks is opened again. */
export function useTraining(job: string | null | undefined, active: boolean): TrainingState {
  const [state, dispatch] = useReducer(
    (before: TrainingState, message: Training | null) =>
      message ? train(before, message) : NO_TRAINING,
    NO_TRAINING,
  );
  useEffect(() => {
    if (!job || !active || typeof WebSocket === "undefined") return;
    dispatch(null);
    let socket: WebSocket | null = null;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stopped = false;
    const open = () => {
      const scheme = window.location.protocol === "https:" ? "wss" : "ws";
      socket = new WebSocket(`${scheme}://${window.location.host}/api/jobs/${job}/live`);
      socket.onmessage = (event) => {
        try {
          dispatch(JSON.parse(event.data as string) as Training);
        } catch {
          // Not for us.
        }
      };
      socket.onclose = () => {
        if (!stopped) timer = setTimeout(open, 2000);
      };
    };
    open();
    return () => {
      stopped = true;
      clearTimeout(timer);
      socket?.close();
    };
  }, [job, active]);
  return state;
}
