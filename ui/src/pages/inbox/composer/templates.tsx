// Choosing a template, filling its variables, seeing it as the person will.
import { For, Show, createMemo, createResource, createSignal } from "solid-js";
import { api, call } from "../../../api/client";
import type { Template } from "../../../api/types";
import { t, tx } from "../../../i18n";
import { Badge } from "../../../parts/badge";
import { Button } from "../../../parts/button";
import { Dialog } from "../../../parts/dialog";
import { TextField } from "../../../parts/field";
import { TemplatesIcon } from "../../../parts/icons";
import { Empty, Failed, Skeleton } from "../../../parts/state";
import { plain } from "../../../parts/text";
import { RichText } from "../thread/richtext";
import { contentOf, fillText, fillable, partsOf, variablesOf, type Variable } from "./template";
import s from "./templates.module.css";

interface Props {
  channel: string;
  contactName: string | null;
  onClose: () => void;
  onSend: (content: Record<string, unknown>, body: string) => void;
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
  const [text, setText] = createSignal("");
  const found = createMemo(() => {
    const wanted = plain(text());
    return (templates.latest ?? []).filter((x) => plain(`${x.name} ${partsOf(x).body}`).includes(wanted));
  });

  const choose = (template: Template) => {
    setChosen(template);
    // The first place is most often their name; it can be changed.
    const first = variablesOf(template).find((v) => v.place === "body");
    const name = (props.contactName ?? "").trim().split(/\s+/)[0] ?? "";
    setValues(first && name && /^(1|nombre|name|nome|first_name)$/i.test(first.name) ? { [first.name]: name } : {});
  };
  const missing = () => variablesOf(chosen()!).filter((v) => !values()[v.name]?.trim());
  const send = () => {
    const template = chosen();
    if (!template || missing().length > 0) return;
    props.onSend(contentOf(template, values()), fillText(partsOf(template).body, values()));
    props.onClose();
  };

  return (
    <Dialog
      open
      onClose={props.onClose}
      title={chosen() ? chosen()!.name : t("inbox.choose_template")}
      shape="wide"
      actions={
        chosen() && (
          <>
            <Button onClick={() => setChosen(undefined)}>{t("common.back")}</Button>
            <Button look="primary" disabled={missing().length > 0} onClick={send}>
              {t("inbox.send_template")}
            </Button>
          </>
        )
      }
    >
      <Show
        when={chosen()}
        fallback={
          <Show when={!templates.error} fallback={<Failed error={templates.error} onRetry={refetch} />}>
            <Show when={!templates.loading} fallback={<Skeleton lines={5} />}>
              <Show when={(templates.latest ?? []).length > 0} fallback={<Empty icon={<TemplatesIcon size={24} />} title={t("inbox.no_templates")}>{t("inbox.no_templates_text")}</Empty>}>
                <TextField label={t("common.search")} hideLabel placeholder={t("common.search")} autofocus value={text()} onInput={(e) => setText(e.currentTarget.value)} />
                <ul class={s.list}>
                  <For each={found()} fallback={<li class="muted">{t("common.nothing_found")}</li>}>
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
        }
      >
        {(template) => (
          <div class={s.fill}>
            <form
              class={s.fields}
              onSubmit={(e) => {
                e.preventDefault();
                send();
              }}
            >
              <For each={variablesOf(template())} fallback={<p class="muted">{t("inbox.no_variables")}</p>}>
                {(v, i) => (
                  <TextField
                    label={labelOf(v)}
                    value={values()[v.name] ?? ""}
                    autofocus={i() === 0}
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

function labelOf(v: Variable): string {
  const name = v.name.split(".").slice(1).join(".");
  if (v.place === "header") return t("inbox.variable_header");
  if (v.place === "header_file") return t("inbox.variable_file");
  if (v.place === "button") return t("inbox.variable_button", { n: Number(name) + 1 });
  return t("inbox.variable", { name: v.name });
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
