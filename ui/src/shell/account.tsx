// The member's own corner: presence, theme, language, sound, signing out.
import { useNavigate } from "@solidjs/router";
import { chooseLocale, changeMe, me, session, showTheme, signOut } from "../session";
import { locale, localeNames, locales, t } from "../i18n";
import { Avatar } from "../parts/avatar";
import { BellIcon, BellOffIcon, CommandIcon, GlobeIcon, LogOutIcon, MonitorIcon, MoonIcon, SunIcon, UserIcon } from "../parts/icons";
import { Menu, type MenuItem } from "../parts/menu";
import { tellError } from "../parts/toast";
import s from "./account.module.css";

export function AccountMenu(props: { onShortcuts: () => void }) {
  const navigate = useNavigate();
  const member = () => session()?.member;
  const set = (change: Parameters<typeof changeMe>[0]) => changeMe(change).catch(tellError);
  const theme = (value: "light" | "dark" | null) => {
    showTheme(value);
    void set({ theme: value });
  };
  const items = (): MenuItem[] => [
    { label: t("common.online"), checked: member()?.availability === "online", run: () => void set({ availability: "online" }) },
    { label: t("common.away"), checked: member()?.availability === "away", run: () => void set({ availability: "away" }) },
    { label: t("account.my_account"), icon: <UserIcon />, apart: true, run: () => navigate("/settings/account") },
    {
      label: member()?.notifications.sound ? t("account.sound_off") : t("account.sound_on"),
      icon: member()?.notifications.sound ? <BellOffIcon /> : <BellIcon />,
      run: () => void set({ notifications: { ...me().notifications, sound: !me().notifications.sound } }),
    },
    { label: t("account.theme_system"), icon: <MonitorIcon />, apart: true, checked: !member()?.theme, run: () => theme(null) },
    { label: t("account.theme_light"), icon: <SunIcon />, checked: member()?.theme === "light", run: () => theme("light") },
    { label: t("account.theme_dark"), icon: <MoonIcon />, checked: member()?.theme === "dark", run: () => theme("dark") },
    ...locales.map((l, i) => ({
      label: localeNames[l],
      icon: <GlobeIcon />,
      apart: i === 0,
      checked: locale() === l,
      run: () => {
        void chooseLocale(l);
        void set({ locale: l });
      },
    })),
    { label: t("common.shortcuts"), icon: <CommandIcon />, apart: true, run: () => props.onShortcuts() },
    { label: t("account.sign_out"), icon: <LogOutIcon />, run: () => void signOut().catch(tellError) },
  ];
  return (
    <Menu label={t("account.menu", { name: member()?.name ?? "" })} items={items()} class={s.trigger} iconOnly>
      <Avatar name={member()?.name} of={member()?.id ?? ""} presence={member()?.availability} />
    </Menu>
  );
}
