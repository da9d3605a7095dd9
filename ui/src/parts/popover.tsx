// A button that opens something small beside it. What opens is made when it is opened: a list has a menu in each of its rows,
// and hardly any is ever used.
import { Show, Suspense, createSignal, lazy, onMount, type JSX } from "solid-js";
import b from "./button.module.css";

const Panel = lazy(() => import("./popoverpanel"));
const fetchSoon = () => void Panel.preload();
let asked = false;

export function Popover(props: {
  label: string;
  trigger: JSX.Element;
  triggerClass?: string;
  iconOnly?: boolean;
  class?: string;
  disabled?: boolean;
  placement?: "top-start" | "bottom-start" | "bottom-end" | "top-end";
  /** Gets what closes it. */
  children: (close: () => void) => JSX.Element;
}) {
  const [open, setOpen] = createSignal(false);
  let button!: HTMLButtonElement;
  const close = (elsewhere = false) => {
    if (!elsewhere) button.focus({ preventScroll: true });
    setOpen(false);
  };
  // When there is nothing better to do, so that it is there before it is wanted, and when the line is lost.
  onMount(() => {
    if (asked) return;
    asked = true;
    if ("requestIdleCallback" in window) requestIdleCallback(fetchSoon, { timeout: 4000 });
    else setTimeout(fetchSoon, 2000);
  });
  return (
    <>
      <button
        type="button"
        ref={button}
        class={props.triggerClass ?? (props.iconOnly ? b.icon : `${b.button} ${b.plain}`)}
        aria-label={props.iconOnly ? props.label : undefined}
        title={props.iconOnly ? props.label : undefined}
        aria-haspopup="dialog"
        aria-expanded={open()}
        disabled={props.disabled}
        onClick={() => (open() ? close() : setOpen(true))}
      >
        {props.trigger}
      </button>
      <Show when={open()}>
        <Suspense>
          <Panel label={props.label} button={button} class={props.class} placement={props.placement} onClose={close}>
            {props.children(() => close())}
          </Panel>
        </Suspense>
      </Show>
    </>
  );
}
