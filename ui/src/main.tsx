import { render } from "solid-js/web";
import "./styles/tokens.css";
import "./styles/base.css";
import { App } from "./app";
import { setLocale } from "./i18n";
import { firstLocale, firstTheme } from "./session";

firstTheme();
await setLocale(firstLocale());
render(() => <App />, document.getElementById("root")!);
