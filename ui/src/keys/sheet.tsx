import { For, createMemo } from "solid-js";
import { t } from "../i18n";
import { Dialog } from "../parts/dialog";
import { Checkbox } from "../parts/field";
import { keyCaps, letters, setLetters, shortcuts, type Shortcut } from "./registry";
import s from "./sheet.module.css";

/** All shortcuts that work right now. */
export function KeySheet(props: { open: boolean; onClose: () => void }) {
  const groups = createMemo(() => {
    const found = new Map<string, Shortcut[]>();
    for (const shortcut of shortcuts()) {
      const group = shortcut.group();
      found.set(group, [...(found.get(group) ?? []), shortcut]);
    }
    return [...found];
  });
  return (
    <Dialog open={props.open} onClose={props.onClose} title={t("common.shortcuts")} shape="wide">
      <Checkbox label={t("account.letters")} checked={letters()} onChange={(e) => setLetters(e.currentTarget.checked)} />
      <div class={s.groups}>
        <For each={groups()}>
          {([group, list]) => (
            <section>
              <h3>{group}</h3>
              <dl class={s.list}>
                <For each={list}>
                  {(shortcut) => (
                    <div>
                      <dt>{shortcut.label()}</dt>
                      <dd>
                        <For each={keyCaps(shortcut.keys)}>{(cap) => <kbd>{cap}</kbd>}</For>
                      </dd>
                    </div>
                  )}
                </For>
              </dl>
            </section>
          )}
        </For>
      </div>
    </Dialog>
  );
}
