// What the law gives a person: a copy of all that is kept of them, and that it goes. For who may do anything.
import { useNavigate } from "@solidjs/router";
import { Show, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import type { Contact } from "../../../api/types";
import { t } from "../../../i18n";
import { phone } from "../../../i18n/format";
import { Button } from "../../../parts/button";
import { Confirm } from "../../../parts/dialog";
import { TextField } from "../../../parts/field";
import { tell, tellError } from "../../../parts/toast";
import s from "./profile.module.css";

export function Personal(props: { contact: Contact }) {
  const navigate = useNavigate();
  const [asking, setAsking] = createSignal(false);
  const [typed, setTyped] = createSignal("");
  const [problem, setProblem] = createSignal("");
  const [busy, setBusy] = createSignal(false);
  /** What is to be typed: whoever is named on the screen, not another one whom somebody has in mind. */
  const word = () => props.contact.name?.trim() || phone(props.contact.phone) || t("profile.erase_word");
  const path = () => ({ params: { path: { id: props.contact.id } } });

  const save = async () => {
    setBusy(true);
    try {
      const all = await call(api.GET("/api/v1/contacts/{id}/export", path()));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(all, null, 2)], { type: "application/json" }));
      link.download = `${props.contact.id}.json`;
      link.click();
      // The browser has it once it has begun.
      setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  const close = () => (setAsking(false), setTyped(""), setProblem(""));
  const erase = async () => {
    if (typed().trim().toLowerCase() !== word().toLowerCase()) {
      setProblem(t("profile.erase_mistyped", { word: word() }));
      return;
    }
    setBusy(true);
    try {
      await call(api.POST("/api/v1/contacts/{id}/erase", { ...path(), body: { confirm: props.contact.id } }));
      close();
      tell(t("profile.erased"));
      navigate("/inbox");
    } catch (error) {
      tellError(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <section class={s.section}>
      <h2>{t("profile.personal")}</h2>
      <div class={s.buttons}>
        <Button small busy={busy() && !asking()} onClick={() => void save()}>
          {t("profile.export")}
        </Button>
        <Button small onClick={() => setAsking(true)}>
          {t("profile.erase")}
        </Button>
      </div>
      <Show when={asking()}>
        <Confirm
          open
          danger
          busy={busy()}
          title={t("profile.erase_sure", { name: word() })}
          confirm={t("profile.erase_do")}
          onConfirm={() => void erase()}
          onClose={close}
          text={
            <div class={s.asked}>
              <p>{t("profile.erase_text")}</p>
              <TextField label={t("profile.erase_type", { word: word() })} value={typed()} error={problem()} onInput={(e) => (setTyped(e.currentTarget.value), setProblem(""))} autocomplete="off" />
            </div>
          }
        />
      </Show>
    </section>
  );
}
