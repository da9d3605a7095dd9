// A file of a message: picture, sound, film, paper. Shown once it is stored here; the server decides what may be shown in
// place.
import { Match, Show, Switch, createSignal } from "solid-js";
import type { Attachment } from "../../../api/types";
import { t, tx } from "../../../i18n";
import { bytes } from "../../../i18n/format";
import { Dialog } from "../../../parts/dialog";
import { AlertIcon, ClockIcon, DownloadIcon, FileIcon, MicIcon } from "../../../parts/icons";
import { AudioPlayer } from "./audio";
import s from "./media.module.css";

export function Media(props: { attachment: Attachment; voice: boolean }) {
  const a = () => props.attachment;
  const [large, setLarge] = createSignal(false);
  const address = () => a().url ?? `/api/v1/media/${a().id}`;
  const name = () => a().file_name || tx("inbox", `type_${a().type}`, a().type);
  return (
    <Show when={a().state === "stored"} fallback={<NotThere attachment={a()} />}>
      <Switch fallback={<Paper attachment={a()} name={name()} address={address()} />}>
        <Match when={a().type === "image" || a().type === "sticker"}>
          <button type="button" class={s.picture} classList={{ [s.sticker!]: a().type === "sticker" }} onClick={() => setLarge(true)} aria-label={t("inbox.enlarge")}>
            <img src={address()} alt="" loading="lazy" decoding="async" />
          </button>
          <Dialog open={large()} onClose={() => setLarge(false)} title={name()} shape="wide">
            <img class={s.large} src={address()} alt={name()} />
            <a class={s.save} href={`${address()}?download=true`} download="">
              <DownloadIcon size={16} />
              {t("inbox.download")}
            </a>
          </Dialog>
        </Match>
        <Match when={a().type === "audio"}>
          <AudioPlayer src={address()} voice={props.voice} />
        </Match>
        <Match when={a().type === "video"}>
          <video class={s.video} src={address()} controls preload="metadata">
            <track kind="captions" />
          </video>
        </Match>
      </Switch>
    </Show>
  );
}

function Paper(props: { attachment: Attachment; name: string; address: string }) {
  return (
    <a class={s.paper} href={`${props.address}?download=true`} download="">
      <span class={s.sheet}>
        <FileIcon size={20} />
      </span>
      <span class={s.words}>
        <span class={s.name}>{props.name}</span>
        <span class={s.detail}>
          {[extension(props.name, props.attachment.mime), props.attachment.size ? bytes(props.attachment.size) : ""].filter(Boolean).join(" · ")}
        </span>
      </span>
      <DownloadIcon size={17} />
    </a>
  );
}

function extension(name: string, mime: string | null | undefined): string {
  const dot = /\.([a-z0-9]{1,5})$/i.exec(name)?.[1];
  return (dot ?? mime?.split("/")[1]?.split(";")[0] ?? "").toUpperCase();
}

/** Being fetched, or not to be had: the place is kept, and why is said. */
function NotThere(props: { attachment: Attachment }) {
  const a = () => props.attachment;
  const waits = () => a().state === "pending";
  const expired = () => a().state === "expired";
  return (
    <div class={s.paper} classList={{ [s.failed!]: !waits() && !expired() }}>
      <span class={s.sheet}>{a().type === "audio" ? <MicIcon size={20} /> : <FileIcon size={20} />}</span>
      <span class={s.words}>
        <span class={s.name}>{a().file_name || tx("inbox", `type_${a().type}`, a().type)}</span>
        <span class={s.detail}>
          {waits() || expired() ? <ClockIcon size={12} /> : <AlertIcon size={12} />}
          {waits() ? t("inbox.file_pending") : expired() ? t("inbox.file_expired") : a().error || t("inbox.file_failed")}
        </span>
      </span>
    </div>
  );
}
