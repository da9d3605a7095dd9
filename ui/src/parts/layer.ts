import { createContext, useContext } from "solid-js";

// A modal <dialog> lies above everything in the page, so what opens from inside it has to be drawn inside it.
const Layer = createContext<() => HTMLElement | undefined>(() => undefined);
export const LayerProvider = Layer.Provider;

/** Where menus and popovers are to be drawn; undefined: the page. */
export const useLayer = (): HTMLElement | undefined => useContext(Layer)();
