import { createSignal, type JSX } from "solid-js";
import { t } from "../../i18n";
import { IconButton } from "../../parts/button";
import { TextField } from "../../parts/field";
import { EyeIcon, EyeOffIcon } from "../../parts/icons";
import s from "./door.module.css";

type Props = { label: string; hint?: JSX.Element; error?: string | undefined } & JSX.InputHTMLAttributes<HTMLInputElement>;

/** A password that can be looked at, since nobody types a long one blind on a phone. */
export function PasswordField(props: Props) {
  const [shown, setShown] = createSignal(false);
  return (
    <div class={s.peek}>
      <TextField {...props} type={shown() ? "text" : "password"} autocapitalize="off" spellcheck={false} />
      <IconButton label={shown() ? t("account.hide_password") : t("account.show_password")} onClick={() => setShown(!shown())}>
        {shown() ? <EyeOffIcon /> : <EyeIcon />}
      </IconButton>
    </div>
  );
}
