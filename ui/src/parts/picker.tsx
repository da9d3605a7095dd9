// A list to choose from with a field to narrow it: members, tags, stages. One or many; the keyboard stays in the field.
import { For, Show, createMemo, createSignal, createUniqueId, type JSX } from "solid-js";
import { t } from "../i18n";
import { plain } from "./text";
import { CheckIcon } from "./icons";
import { Popover } from "./popover";
import s from "./menu.module.css";

export interface Choice {
  id: string;
  label: string;
  /** Shown before the label. */
  mark?: JSX.Element;
}

interface Props {
  label: string;
  choices: Choice[];
  chosen: readonly string[];
  onChoose: (id: string) => void;
  /** Stays open for the next one. */
  many?: boolean;
  trigger: JSX.Element;
  triggerClass?: string;
  iconOnly?: boolean;
  disabled?: boolean;
}

export function Picker(props: Props) {
  return (
    <Popover label={props.label} trigger={props.trigger} triggerClass={props.triggerClass} iconOnly={props.iconOnly} disabled={props.disabled}>
      {(close) => <Choices {...props} close={close} />}
    </Popover>
  );
}

function Choices(props: Props & { close: () => void }) {
  const id = createUniqueId();
  const [text, setText] = createSignal("");
  const [at, setAt] = createSignal(0);
  const found = createMemo(() => {
    const wanted = plain(text());
    return wanted ? props.choices.filter((c) => plain(c.label).includes(wanted)) : props.choices;
  });
  const choose = (choice: Choice | undefined) => {
    if (!choice) return;
    props.onChoose(choice.id);
    if (!props.many) props.close();
  };
  const move = (by: number) => {
    const n = found().length;
    if (n === 0) return;
    setAt((at() + by + n) % n);
    document.getElementById(`${id}-${at()}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div
      onKeyDown={(e) => {
        if (e.key === "ArrowDown") move(1);
        else if (e.key === "ArrowUp") move(-1);
        else if (e.key === "Enter") choose(found()[at()]);
        else return;
        e.preventDefault();
      }}
    >
      <input
        class={s.search}
        type="text"
        role="combobox"
        autocomplete="off"
        aria-label={props.label}
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found().length > 0 ? `${id}-${at()}` : undefined}
        placeholder={t("common.search")}
        value={text()}
        onInput={(e) => {
          setText(e.currentTarget.value);
          setAt(0);
        }}
      />
      <ul id={id} role="listbox" aria-label={props.label} aria-multiselectable={props.many}>
        <For each={found()}>
          {(choice, index) => (
            <li
              id={`${id}-${index()}`}
              role="option"
              class={s.item}
              aria-selected={props.chosen.includes(choice.id)}
              data-highlighted={index() === at() ? "" : undefined}
              onMouseMove={() => setAt(index())}
              onClick={() => choose(choice)}
            >
              {choice.mark}
              <span class="clip">{choice.label}</span>
              <Show when={props.chosen.includes(choice.id)}>
                <span class={s.mark}>
                  <CheckIcon size={16} />
                </span>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <Show when={found().length === 0}>
        <p class={s.none}>{t("common.nothing_found")}</p>
      </Show>
    </div>
  );
}
