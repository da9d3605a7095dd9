// Long lists of which only what is in sight is drawn: TanStack's Virtualizer, with rows that are told apart by key. Its own
// adapter for Solid tells them apart by place, so that a row that comes in above would redraw all others.
import { Virtualizer, elementScroll, observeElementOffset, observeElementRect, type VirtualItem } from "@tanstack/solid-virtual";
import { batch, createComputed, createEffect, createMemo, createSignal, onCleanup, onMount, untrack, type Accessor } from "solid-js";

interface Options {
  /** Keys of all rows, in order. */
  keys: Accessor<readonly string[]>;
  scroller: Accessor<HTMLElement | undefined>;
  /**
   * Height in pixels, before it is measured; where rows never differ, what it is. Asked for each row each time one of them
   * turned out higher or lower: it has to be there, not to be worked out.
   */
  height: (index: number) => number;
  /** Rows out of sight that are drawn nevertheless. */
  spare: number;
  /** A conversation: held at the end, and in place where rows come in above. */
  fromEnd?: boolean;
  /** Rows look alike: drawn by `places` instead of `visible`. */
  alike?: boolean;
  padding?: [number, number];
}

/** Where a row is drawn. What is in it changes: the row that leaves sight makes room for one that comes into it. */
export interface Place {
  key: Accessor<string>;
  index: Accessor<number>;
  start: Accessor<number>;
}

export function createVirtual(options: Options) {
  const [items, setItems] = createSignal<readonly VirtualItem[]>([]);
  const [total, setTotal] = createSignal(0);
  const { places, fill } = createPlaces();
  const take = () => {
    batch(() => {
      const now = virtual.getVirtualItems().map((x) => ({ ...x }));
      setItems(now);
      if (options.alike) fill(now);
      setTotal(virtual.getTotalSize());
    });
  };
  const settings = (keys: readonly string[]) => ({
    count: keys.length,
    getItemKey: (i: number) => keys[i] ?? i,
    getScrollElement: () => untrack(options.scroller) ?? null,
    estimateSize: options.height,
    overscan: options.spare,
    anchorTo: options.fromEnd ? ("end" as const) : ("start" as const),
    followOnAppend: options.fromEnd ?? false,
    scrollEndThreshold: 120,
    paddingStart: options.padding?.[0] ?? 0,
    paddingEnd: options.padding?.[1] ?? 0,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: take,
  });
  const virtual = new Virtualizer<HTMLElement, HTMLElement>(settings(untrack(options.keys)));
  // Asked for each row that gets measured, and answered by adding up all of them anew. Far from the end, what they came to
  // last is as good. The library has no option for it; its version is pinned.
  const inner = virtual as unknown as { getVirtualDistanceFromEnd: () => number };
  const distance = inner.getVirtualDistanceFromEnd;
  inner.getVirtualDistanceFromEnd = () => {
    const about = untrack(total) - (virtual.scrollRect?.height ?? 0) - (virtual.scrollOffset ?? 0);
    return about > 5000 ? about : distance();
  };

  createComputed(() => {
    const keys = options.keys();
    untrack(() => {
      virtual.setOptions(settings(keys));
      take();
    });
  });
  // Where to scroll to is decided above, and done once the new height is in the page.
  createEffect(() => {
    options.keys();
    options.scroller();
    untrack(() => {
      virtual._willUpdate();
      take();
    });
  });
  onMount(() => onCleanup(virtual._didMount()));

  const byKey = createMemo(() => new Map(items().map((x) => [String(x.key), x])));
  return {
    /** Where rows are drawn that look alike, from the top down. */
    places,
    /** Keys of the rows to draw. */
    visible: createMemo(() => items().map((x) => String(x.key))),
    at: (key: string): VirtualItem | undefined => byKey().get(key),
    lastIndex: () => items().at(-1)?.index ?? -1,
    total,
    /** How far it is scrolled, without asking the page for its layout. */
    offset: () => virtual.scrollOffset ?? 0,
    /** To be called with each row's element, where heights differ; it carries `data-index`. */
    measure: (el: HTMLElement) => queueMicrotask(() => el.isConnected && virtual.measureElement(el)),
    toIndex: (index: number, align: "auto" | "center" | "start" = "auto") => virtual.scrollToIndex(index, { align }),
    toEnd: (smooth = false) => virtual.scrollToEnd({ behavior: smooth ? "smooth" : "auto" }),
  };
}

/**
 * Elements of rows that look alike are filled anew instead of being made anew. What is made while the wheel turns is work for
 * the collector, and beside a hundred thousand rows in memory its work takes longer than a frame.
 */
function createPlaces() {
  type Kept = Place & { fill: (item: VirtualItem) => void };
  const [places, setPlaces] = createSignal<readonly Kept[]>([]);
  const make = (item: VirtualItem): Kept => {
    const [key, setKey] = createSignal(String(item.key));
    const [index, setIndex] = createSignal(item.index);
    const [start, setStart] = createSignal(item.start);
    return { key, index, start, fill: (x) => (setKey(String(x.key)), setIndex(x.index), setStart(x.start)) };
  };
  const fill = (items: readonly VirtualItem[]) => {
    const before = untrack(places);
    const wanted = new Set(items.map((x) => String(x.key)));
    const there = new Map<string, Kept>();
    const free: Kept[] = [];
    for (const place of before) {
      const key = untrack(place.key);
      if (wanted.has(key)) there.set(key, place);
      else free.push(place);
    }
    const now = items.map((item) => {
      const place = there.get(String(item.key)) ?? free.pop();
      place?.fill(item);
      return place ?? make(item);
    });
    if (now.length !== before.length || now.some((place, i) => place !== before[i])) setPlaces(now);
  };
  return { places: places as Accessor<readonly Place[]>, fill };
}
