// One's own account, a section of the settings: who one is, how it looks, what rings, how one signs in, where one is signed in.
import { Devices } from "./devices";
import { Look, Self } from "./self";
import { Ringing } from "./ringing";
import { PasswordChange } from "./password";
import { SecondFactor } from "./second";
import s from "./mine.module.css";

export default function Mine() {
  return (
    <div class={s.sections}>
      <Self />
      <Look />
      <Ringing />
      <PasswordChange />
      <SecondFactor />
      <Devices />
    </div>
  );
}
