// One's own account: who one is, how it looks, what rings, how one signs in, where one is signed in.
import { t } from "../../../i18n";
import { Page } from "../../../parts/page";
import { Devices } from "./devices";
import { Look, Self } from "./self";
import { Ringing } from "./ringing";
import { PasswordChange } from "./password";
import { SecondFactor } from "./second";
import s from "./mine.module.css";

export default function Mine() {
  return (
    <Page title={t("account.my_account")}>
      <div class={s.sections}>
        <Self />
        <Look />
        <Ringing />
        <PasswordChange />
        <SecondFactor />
        <Devices />
      </div>
    </Page>
  );
}
