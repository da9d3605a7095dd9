import { For, Show, createSignal } from "solid-js";
import { json } from "../../../api/client";
import { reference } from "../../../data/reference";
import type { Contact } from "../../../api/types";
import { t } from "../../../i18n";
import { TagChip } from "../../../parts/badge";
import { PlusIcon } from "../../../parts/icons";
import { Picker } from "../../../parts/picker";
import { tellError } from "../../../parts/toast";
import s from "./profile.module.css";

/** So many are shown at once. */
const SOME = 12;

export function Tags(props: { contact: Contact; onChanged: () => void }) {
  const set = (id: number, on: boolean) =>
    void json("POST", "/conversations/bulk", { body: { ids: [props.contact.id], action: on ? "tag" : "untag", tag_id: id } }).then(props.onChanged, tellError);
  const has = (id: number) => props.contact.tags.some((x) => x.id === id);
  const [all, setAll] = createSignal(false);
  return (
    <div class={s.tags}>
      <For each={all() ? props.contact.tags : props.contact.tags.slice(0, SOME)}>
        {(tag) => <TagChip value={tag.value} variant={tag.variant} removeLabel={t("profile.remove_tag", { tag: tag.value })} onRemove={() => set(tag.id, false)} />}
      </For>
      <Show when={!all() && props.contact.tags.length > SOME}>
        <button type="button" class={s.addTag} onClick={() => setAll(true)}>
          {t("profile.more_tags", { count: props.contact.tags.length - SOME })}
        </button>
      </Show>
      <Picker
        label={t("profile.add_tag")}
        many
        triggerClass={s.addTag}
        chosen={props.contact.tags.map((x) => String(x.id))}
        choices={reference.tags.filter((x) => x.entity_type === "CONTACT").map((x) => ({ id: String(x.id), label: x.value }))}
        onChoose={(id) => set(Number(id), !has(Number(id)))}
        trigger={
          <>
            <PlusIcon size={13} />
            {t("profile.add_tag")}
          </>
        }
      />
    </div>
  );
}
