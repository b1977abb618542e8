import { useQuery } from "@tanstack/react-query";

import { ApiError, address, csrfHeaders, get, newKey, post } from "./client";
import type { Check, Description, Mapping } from "./description";
import type { Wire } from "./wire";

export type Upload = Wire<"UploadView">;

export interface Sending {
  /** Bytes sent and in all. */
  sent: number;
  total: number;
}

/** Streams a file. `XMLHttpRequest`, because `fetch` does not tell how much has been sent. */
export function sendFile(
  file: File,
  onProgress: (sending: Sending) => void,
  signal?: AbortSignal,
): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address("/uploads"));
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    // Header values are Latin-1; names are not.
    request.setRequestHeader("X-File-Name", encodeURIComponent(file.name));
    request.setRequestHeader("Idempotency-Key", newKey());
    for (const [name, value] of Object.entries(csrfHeaders())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress({ sent: event.loaded, total: file.size });
    request.onload = () => {
      try {
        const body = JSON.parse(request.responseText);
        if (request.status < 300) resolve(body as Upload);
        else reject(new ApiError({ code: "upload", title: "The upload failed", ...body, status: request.status }));
      } catch {
        reject(failed(request.status));
      }
    };
    request.onerror = () => reject(failed(0));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}

function failed(status: number): ApiError {
  return new ApiError({
    title: "The upload did not arrive",
    status,
    code: "upload.broken",
    detail: "The connection ended before the whole file was sent.",
    next: "Drop the file again. Files of up to 1 GB are taken.",
  });
}

export function useDescription(upload: string, sheet: string | undefined) {
  return useQuery({
    queryKey: ["uploads", upload, "description", sheet ?? null],
    queryFn: ({ signal }) => get<Description>(`/uploads/${upload}/description`, { sheet }, signal),
    staleTime: Infinity,
  });
}

/** What the file adds up to under a mapping, and what is wrong with it. */
export function useCheck(upload: string, mapping: Mapping | undefined) {
  return useQuery({
    queryKey: ["uploads", upload, "check", mapping],
    queryFn: ({ signal }) =>
      post<Check>(`/uploads/${upload}/check`, { mapping }, { signal }),
    enabled: mapping !== undefined,
    placeholderData: (before) => before,
    staleTime: Infinity,
  });
}
