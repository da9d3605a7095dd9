import { For, Show } from "solid-js";
import { t, tx } from "../../../i18n";
import { bytes } from "../../../i18n/format";
import { IconButton } from "../../../parts/button";
import { CloseIcon, FileIcon, RetryIcon } from "../../../parts/icons";
import type { Uploads } from "./uploads";
import s from "./composer.module.css";

/** The files that go out with the next message. */
export function Tray(props: { uploads: Uploads }) {
  return (
    <Show when={props.uploads.uploads().length > 0}>
      <ul class={s.tray} aria-label={t("inbox.attachments")}>
        <For each={props.uploads.uploads()}>
          {(u) => (
            <li class={s.upload} classList={{ [s.bad!]: Boolean(u.error) }}>
              <Show when={u.preview} fallback={<FileIcon size={20} />}>
                {(src) => <img src={src()} alt="" />}
              </Show>
              <span class={s.uploadText}>
                <span class="clip">{u.file.name || tx("inbox", `type_${u.kind}`, u.kind)}</span>
                <span class={s.uploadState} role="status">
                  {u.error || (u.media ? bytes(u.file.size) : t("inbox.uploading"))}
                </span>
              </span>
              <Show when={u.error}>
                <IconButton label={t("common.try_again")} small onClick={() => props.uploads.again(u.id)}>
                  <RetryIcon size={14} />
                </IconButton>
              </Show>
              <IconButton label={t("inbox.remove_file", { name: u.file.name })} small onClick={() => props.uploads.drop(u.id)}>
                <CloseIcon size={15} />
              </IconButton>
            </li>
          )}
        </For>
      </ul>
    </Show>
  );
}
