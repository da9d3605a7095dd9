// Choosing a template, filling its variables, seeing it as the person will.
import { useNavigate } from "@solidjs/router";
import { For, Show, createMemo, createResource, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import type { Template } from "../../../api/types";
import { t, tx } from "../../../i18n";
import { Badge } from "../../../parts/badge";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { FormError, TextField } from "../../../parts/field";
import { TemplatesIcon } from "../../../parts/icons";
import { Empty, Failed, Skeleton } from "../../../parts/state";
import { fits } from "../../../parts/text";
import { may } from "../../../session";
import { RichText } from "../thread/richtext";
import { contentOf, fillText, fillable, partsOf, textOf, variablesOf, type Variable } from "./template";
import s from "./templates.module.css";

interface Props {
  channel: string;
  contactName: string | null;
  onClose: () => void;
  onSend: (content: Record<string, unknown>, body: string) => void;
  /** Who gets it, where that is not seen behind the dialog. */
  to?: string;
  /** Where sending is waited for: it stays open until it went well, and whoever asked for it closes it. */
  sending?: { busy: boolean; problem: string | undefined };
  /** What was filled in, by template, where that is to outlive the dialog. */
  filled?: Map<string, Record<string, string>>;
}

export function TemplatePicker(props: Props) {
  const [templates, { refetch }] = createResource(async () => {
    const rows: Template[] = [];
    let cursor: string | undefined;
    do {
      const page = await call(api.GET("/api/v1/templates", { params: { query: { channel_id: props.channel, status: "APPROVED", limit: 200, cursor } } }));
      rows.push(...page.data);
      cursor = page.next_cursor ?? undefined;
    } while (cursor);
    return rows;
  });
  const [chosen, setChosen] = createSignal<Template>();
  const [values, setValues] = createSignal<Record<string, string>>({});
  /** Sending was tried: from then on it is said what is missing. */
  const [tried, setTried] = createSignal(false);
  /** What was filled in, by template, for who goes back to look at another one. */
  const filled = props.filled ?? new Map<string, Record<string, string>>();
  const [text, setText] = createSignal("");
  let form: HTMLFormElement | undefined;
  const found = createMemo(() => (templates.latest ?? []).filter((x) => fits(`${x.name} ${partsOf(x).body}`, text())));

  const choose = (template: Template) => {
    setChosen(template);
    setTried(false);
    setValues(filled.get(template.id) ?? guessed(template, props.contactName));
    // On a touch screen a field with the focus brings the keyboard over the preview.
    if (!matchMedia("(pointer: coarse)").matches) queueMicrotask(() => (emptyField() ?? form?.querySelector("input"))?.focus());
  };
  const back = () => {
    filled.set(chosen()!.id, values());
    setChosen(undefined);
  };
  const wrong = (v: Variable) => wrongWith(v, values()[v.name]);
  const emptyField = () => [...(form?.querySelectorAll("input") ?? [])].find((field) => !field.value.trim());
  const send = () => {
    const template = chosen();
    if (!template) return;
    setTried(true);
    if (variablesOf(template).some(wrong)) return queueMicrotask(() => form?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
    filled.set(template.id, values());
    props.onSend(contentOf(template, values()), textOf(template, values()));
    if (!props.sending) props.onClose();
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={chosen() ? chosen()!.name : t("inbox.choose_template")}
      shape="wide"
      actions={
        chosen() ? (
          <>
            <Button onClick={back}>{t("common.back")}</Button>
            <Button look="primary" busy={props.sending?.busy} onClick={send}>
              {t("inbox.send_template")}
            </Button>
          </>
        ) : (
          props.sending && <Button onClick={() => props.onClose()}>{t("common.back")}</Button>
        )
      }
    >
      <Show when={props.to}>
        <p class="muted">{props.to}</p>
      </Show>
      <FormError message={props.sending?.problem} />
      <Show
        when={chosen()}
        fallback={
          <Show when={!templates.error} fallback={<Failed error={templates.error} onRetry={refetch} />}>
            <Show when={!templates.loading} fallback={<Skeleton lines={5} />}>
              <Show when={(templates.latest ?? []).length > 0} fallback={<None />}>
                <TextField
                  label={t("common.search")}
                  hideLabel
                  placeholder={t("common.search")}
                  autofocus
                  value={text()}
                  onInput={(e) => setText(e.currentTarget.value)}
                  onKeyDown={(e) => {
                    const first = found().find(fillable);
                    if (e.key !== "Enter" || e.isComposing || !text().trim() || !first) return;
                    e.preventDefault();
                    choose(first);
                  }}
                />
                <Show
                  when={found().length > 0}
                  fallback={
                    <Empty icon={<TemplatesIcon size={24} />} title={t("common.nothing_found")} action={<Button onClick={() => setText("")}>{t("inbox.clear_search")}</Button>}>
                      {t("inbox.no_template_found")}
                    </Empty>
                  }
                >
                  <ul class={s.list}>
                    <For each={found()}>
                      {(x) => (
                        <li>
                          <button type="button" class={s.choice} disabled={!fillable(x)} onClick={() => choose(x)}>
                            <span class={s.head}>
                              <strong class="clip">{x.name}</strong>
                              <Badge>{x.language}</Badge>
                              <Badge tone={x.category === "MARKETING" ? "info" : "neutral"}>{tx("inbox", `category_${x.category}`, x.category)}</Badge>
                            </span>
                            <span class={s.body}>{partsOf(x).body}</span>
                            <Show when={!fillable(x)}>
                              <span class={s.body}>{t("inbox.template_unsupported")}</span>
                            </Show>
                          </button>
                        </li>
                      )}
                    </For>
                  </ul>
                </Show>
              </Show>
            </Show>
          </Show>
        }
      >
        {(template) => (
          <div class={s.fill}>
            <form
              ref={form}
              class={s.fields}
              noValidate
              onSubmit={(e) => {
                e.preventDefault();
                send();
              }}
            >
              <For each={variablesOf(template())} fallback={<p class="muted">{t("inbox.no_variables")}</p>}>
                {(v) => (
                  <TextField
                    label={labelOf(v, template())}
                    hint={hintOf(v, template(), values())}
                    error={tried() ? wrong(v) : undefined}
                    value={values()[v.name] ?? ""}
                    required
                    type={v.place === "header_file" ? "url" : "text"}
                    onInput={(e) => setValues({ ...values(), [v.name]: e.currentTarget.value })}
                  />
                )}
              </For>
              <button type="submit" hidden />
            </form>
            <TemplatePreview template={template()} values={values()} />
          </div>
        )}
      </Show>
    </Dialog>
  );
}

/** No approved template: where they come from, for whoever may bring them. */
function None() {
  const navigate = useNavigate();
  return (
    <Empty
      icon={<TemplatesIcon size={24} />}
      title={t("inbox.no_templates")}
      action={
        <Show when={may("setup:write")}>
          <Button look="primary" onClick={() => navigate("/templates")}>
            {t("common.templates")}
          </Button>
        </Show>
      }
    >
      {t("inbox.no_templates_text")}
    </Empty>
  );
}

/** The first place is most often their name; it can be changed. */
function guessed(template: Template, contactName: string | null): Record<string, string> {
  const first = variablesOf(template).find((v) => v.place === "body");
  const name = (contactName ?? "").trim().split(/\s+/)[0] ?? "";
  return first && name && /^(1|nombre|name|nome|first_name)$/i.test(first.name) ? { [first.name]: name } : {};
}

function wrongWith(v: Variable, value: string | undefined): string | undefined {
  if (!value?.trim()) return t("refusals.field_required");
  if (v.place === "header_file" && !/^https:\/\/\S+$/.test(value.trim())) return t("inbox.file_address");
  return undefined;
}

/** The button that a variable is of. */
const buttonOf = (v: Variable, template: Template) => partsOf(template).buttons[Number(v.name.split(".")[1])];

function labelOf(v: Variable, template: Template): string {
  if (v.place === "header") return t("inbox.variable_header");
  if (v.place === "header_file") return t("inbox.variable_file");
  if (v.place === "button") return t("inbox.variable_button", { text: buttonOf(v, template)?.text ?? "" });
  return t("inbox.variable", { name: v.name });
}

/** What a button with an address opens, as far as it is filled in. */
function hintOf(v: Variable, template: Template, values: Record<string, string>): string | undefined {
  const url = v.place === "button" ? buttonOf(v, template)?.url : undefined;
  return url ? t("inbox.variable_link", { url: fillText(url, { 1: values[v.name] ?? "" }) }) : undefined;
}

/** As the person will see it. */
export function TemplatePreview(props: { template: Pick<Template, "components">; values: Record<string, string> }) {
  const parts = () => partsOf(props.template);
  return (
    <div class={s.stage}>
      <div class={s.bubble} aria-label={t("inbox.preview")} role="group">
        <Show when={parts().header}>
          {(h) => (
            <Show when={h().format === "TEXT"} fallback={<p class={s.file}>{tx("inbox", `type_${h().format.toLowerCase()}`, h().format)}</p>}>
              <strong>{fillText(h().text, props.values, "header.")}</strong>
            </Show>
          )}
        </Show>
        <p class={s.text}>
          <RichText text={fillText(parts().body, props.values)} />
        </p>
        <Show when={parts().footer}>
          <p class={s.footer}>{parts().footer}</p>
        </Show>
        <For each={parts().buttons}>{(b) => <p class={s.button}>{b.text}</p>}</For>
      </div>
    </div>
  );
}
