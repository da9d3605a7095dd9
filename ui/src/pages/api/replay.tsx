// Sending what happened in a span of time once more, page by page until all is queued.
import { createSignal } from "solid-js";
import { api, call } from "../../api/client";
import { t, tn } from "../../i18n";
import { Button } from "../../parts/button";
import { Dialog } from "../../parts/dialog";
import { FormError, TextField } from "../../parts/field";
import { createSubmit } from "../../parts/form";
import css from "../../parts/form.module.css";
import { tell } from "../../parts/toast";

/** `YYYY-MM-DDTHH:MM` of this browser's clock, as the input wants it. */
const local = (ms: number) => {
  const d = new Date(ms);
  return new Date(ms - d.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};

export function Replay(props: { id: string; onClose: () => void; onDone: () => void }) {
  const [from, setFrom] = createSignal(local(Date.now() - 86_400_000));
  const [to, setTo] = createSignal(local(Date.now()));
  const form = createSubmit();
  const submit = async () => {
    const done = await form.run(async () => {
      let queued = 0;
      let after: number | undefined;
      do {
        const part: { queued: number; next_after?: number | null } = await call(
          api.POST("/api/v1/webhooks/{id}/replay", {
            params: { path: { id: props.id } },
            body: { from: new Date(from()).toISOString(), to: new Date(to()).toISOString(), ...(after === undefined ? {} : { after }) },
          }),
        );
        queued += part.queued;
        after = part.next_after ?? undefined;
      } while (after !== undefined);
      tell(tn("api.replayed", queued));
    });
    if (done) {
      props.onDone();
      props.onClose();
    }
  };
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={t("api.replay_title")}
      actions={
        <>
          <Button onClick={() => props.onClose()}>{t("common.cancel")}</Button>
          <Button look="primary" busy={form.busy()} onClick={() => void submit()}>{t("api.replay")}</Button>
        </>
      }
    >
      <p>{t("api.replay_text")}</p>
      <FormError message={form.whole("from", "to")} />
      <div class={css.pair}>
        <TextField autofocus type="datetime-local" label={t("api.from")} error={form.wrong("from")} value={from()} onInput={(e) => setFrom(e.currentTarget.value)} />
        <TextField type="datetime-local" label={t("api.to")} error={form.wrong("to")} value={to()} onInput={(e) => setTo(e.currentTarget.value)} />
      </div>
    </Dialog>
  );
}
