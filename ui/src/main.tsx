import { render } from "solid-js/web";
import "./styles/tokens.css";
import "./styles/base.css";
import { App } from "./app";
import { setLocale } from "./i18n";
import { firstLocale, firstTheme, followOtherTabs } from "./session";

firstTheme();
followOtherTabs();
await setLocale(firstLocale());
render(() => <App />, document.getElementById("root")!);
