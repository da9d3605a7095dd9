// The API reference reads well without this file: it adds the filter, the copy buttons and the mark of where one is.
(() => {
  "use strict";
  const navigation = document.getElementById("navigation");
  if (!navigation) return;
  const box = navigation.querySelector(".filter");
  const input = document.getElementById("filter");
  const nothing = document.getElementById("nothing");
  const items = [...navigation.querySelectorAll("li")].map((item) => ({ item, text: item.textContent.toLowerCase() }));
  const sections = [...navigation.querySelectorAll("section")];

  // Every word must occur somewhere in method, summary or path.
  function filter() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const { item, text } of items) {
      item.hidden = !words.every((word) => text.includes(word));
      if (!item.hidden) shown += 1;
    }
    for (const section of sections) {
      section.hidden = words.length > 0 && !section.querySelector("li:not([hidden])");
    }
    nothing.hidden = shown > 0;
  }
  box.hidden = false;
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      input.value = "";
      filter();
    } else if (event.key === "Enter") {
      const first = items.find(({ item }) => !item.hidden);
      if (first) first.item.querySelector("a").click();
    }
  });
  document.addEventListener("keydown", (event) => {
    const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      input.focus();
    }
  });

  // The clipboard is there on https and on loopback only.
  if (navigator.clipboard) {
    for (const figure of document.querySelectorAll(".sample")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "Copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(figure.querySelector("code").textContent);
        button.textContent = "Copied";
        setTimeout(() => (button.textContent = "Copy"), 1500);
      });
      figure.querySelector("figcaption").append(button);
    }
  }

  // The first operation below the bar is the one being read.
  const links = new Map([...navigation.querySelectorAll("li a")].map((link) => [link.hash.slice(1), link]));
  const seen = new Set();
  let current = null;
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) seen.add(target.id);
        else seen.delete(target.id);
      }
      const link = [...links].find(([id]) => seen.has(id))?.[1];
      if (!link || link === current) return;
      current?.removeAttribute("aria-current");
      link.setAttribute("aria-current", "location");
      current = link;
      const list = navigation.getBoundingClientRect();
      const place = link.getBoundingClientRect();
      if (place.top < list.top || place.bottom > list.bottom) {
        navigation.scrollTop += place.top - list.top - list.height / 2;
      }
    },
    { rootMargin: "-80px 0px -60% 0px" },
  );
  for (const article of document.querySelectorAll("article.operation")) observer.observe(article);
})();
