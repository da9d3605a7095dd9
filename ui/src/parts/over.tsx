// Something that opens over a screen and is fetched when it is wanted: where that fails, only it is missing.
import { ErrorBoundary, onMount, type JSX } from "solid-js";
import { isMissingPart } from "../api/problem";
import { t } from "../i18n";
import { tellError } from "./toast";

export function Over(props: { onClose: () => void; children: JSX.Element }) {
  return <ErrorBoundary fallback={(error: unknown) => <Missing error={error} onClose={props.onClose} />}>{props.children}</ErrorBoundary>;
}

function Missing(props: { error: unknown; onClose: () => void }) {
  onMount(() => {
    tellError(props.error, isMissingPart(props.error) ? { label: t("common.reload"), run: () => window.location.reload() } : undefined);
    props.onClose();
  });
  return null;
}
