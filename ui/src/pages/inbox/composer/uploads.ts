// Files on their way out: each is uploaded as soon as it is chosen, so that sending waits for little.
import { createEffect, createRoot, createSignal, on } from "solid-js";
import { raw } from "../../../api/client";
import { explain } from "../../../api/problem";
import type { Attachment } from "../../../api/types";
import { t } from "../../../i18n";
import { bytes } from "../../../i18n/format";
import { tell } from "../../../parts/toast";
import { session } from "../../../session";

export interface Upload {
  id: number;
  file: File;
  kind: "image" | "video" | "audio" | "document";
  /** A picture of it, where it is one; given back with `drop`. */
  preview: string | null;
  media: Attachment | null;
  error: string;
}

// WhatsApp's limits per type (docs/whatsapp-sending.md), in bytes.
const LIMITS = { image: 5e6, video: 16e6, audio: 16e6, document: 100e6 };
const AT_ONCE = 10;

/** What WhatsApp would show it as; all else goes as a document. */
export function kindOf(mime: string): Upload["kind"] {
  if (/^image\/(jpeg|png)$/.test(mime)) return "image";
  if (/^video\/(mp4|3gpp)$/.test(mime)) return "video";
  if (/^audio\/(aac|mp4|mpeg|amr|ogg)/.test(mime)) return "audio";
  return "document";
}

// Per contact, for as long as this page is: what was chosen for somebody is there again when one comes back to them.
const kept = new Map<string, Uploads>();

// Whoever comes next sees nothing of it.
createRoot(() =>
  createEffect(
    on(
      () => session()?.member.id,
      () => {
        for (const one of kept.values()) one.clear();
        kept.clear();
      },
      { defer: true },
    ),
  ),
);

export function uploadsFor(contact: string, channel: string): Uploads {
  const known = kept.get(contact);
  if (known) return known;
  // Those that hold nothing are not missed.
  for (const [id, one] of kept) if (one.uploads().length === 0) kept.delete(id);
  const made = createUploads(channel);
  kept.set(contact, made);
  return made;
}

function createUploads(channel: string) {
  const [uploads, setUploads] = createSignal<readonly Upload[]>([]);
  let next = 1;
  const change = (id: number, by: Partial<Upload>) => setUploads((all) => all.map((u) => (u.id === id ? { ...u, ...by } : u)));

  function add(files: Iterable<File>): void {
    for (const file of files) {
      if (uploads().length >= AT_ONCE) return tell(t("inbox.too_many_files", { most: AT_ONCE }));
      const kind = kindOf(file.type);
      const upload: Upload = { id: next++, file, kind, preview: kind === "image" ? URL.createObjectURL(file) : null, media: null, error: "" };
      setUploads((all) => [...all, upload]);
      if (file.size > LIMITS[kind]) change(upload.id, { error: t("inbox.too_big", { limit: bytes(LIMITS[kind]) }) });
      else if (file.size === 0) change(upload.id, { error: t("inbox.empty_file") });
      else void put(upload);
    }
  }

  async function put(upload: Upload): Promise<void> {
    const query = new URLSearchParams({ channel_id: channel, type: upload.kind, file_name: upload.file.name.slice(0, 255) });
    try {
      const response = await raw(`/api/v1/media?${query}`, {
        method: "POST",
        headers: { "Content-Type": upload.file.type || "application/octet-stream" },
        body: upload.file,
      });
      change(upload.id, { media: (await response.json()) as Attachment });
    } catch (problem) {
      change(upload.id, { error: explain(problem) });
    }
  }

  function drop(id: number): void {
    const gone = uploads().find((u) => u.id === id);
    if (gone?.preview) URL.revokeObjectURL(gone.preview);
    setUploads((all) => all.filter((u) => u.id !== id));
  }

  return {
    uploads,
    add,
    drop,
    clear: () => uploads().forEach((u) => drop(u.id)),
    ready: () => uploads().length > 0 && uploads().every((u) => u.media !== null),
    again: (id: number) => {
      const upload = uploads().find((u) => u.id === id);
      if (!upload) return;
      change(id, { error: "" });
      void put(upload);
    },
  };
}

export type Uploads = ReturnType<typeof createUploads>;
