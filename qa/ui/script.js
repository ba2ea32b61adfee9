// The page's one script. It runs before Gradio's, because the language must be settled before Gradio chooses one.
"use strict";
(() => {
  const PREFIX = "#wendang/";

  // Gradio has Chinese under two names only and would show English to every other Chinese browser.
  const language = navigator.language || "";
  if (/^zh\b/i.test(language) && language !== "zh-CN" && language !== "zh-TW") {
    const traditional = /hant|-(hk|mo|tw)\b/i.test(language);
    Object.defineProperty(navigator, "language", { get: () => (traditional ? "zh-TW" : "zh-CN") });
  }

  let lastLink = null;
  let count = 0;

  // On a phone one panel is seen at a time; style.css reads which. Without the attribute it is the chat.
  const show = (view) => {
    document.querySelectorAll("#brand, #desk").forEach((place) => {
      place.dataset.view = view;
    });
  };

  // A click on a citation, a card or a document: its fragment goes to the server through the hidden box.
  const follow = (link) => {
    const address = link.getAttribute("href");
    if (address.startsWith(PREFIX + "view/")) {
      show(address.slice((PREFIX + "view/").length));
      return;
    }
    lastLink?.removeAttribute("aria-current");
    lastLink = link;
    lastLink.setAttribute("aria-current", "true");
    show("side");
    const box = document.querySelector("#link textarea, #link input");
    // Gradio reports a change only, so the same link twice needs something that differs.
    box.value = `${address}?${++count}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(`a[href^="${PREFIX}"]`);
    if (link) {
      event.preventDefault();
      follow(link);
    } else if (event.target.closest?.("#stale-reindex")) {
      show("side");
    }
  });

  document.addEventListener(
    "keydown",
    (event) => {
      if (event.key === "Escape" && lastLink?.isConnected && document.activeElement?.closest("#sources")) {
        show("chat");
        lastLink.focus();
      }
    },
    true,
  );

  // Files dropped on the side panel go the way of the upload button.
  const side = (event) => event.target.closest?.("#side-column");
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  document.addEventListener("dragover", (event) => {
    if (!isFiles(event)) return;
    // Beside the panel, a browser would leave the page to show the file.
    event.preventDefault();
    document.querySelector("#side-column")?.classList.toggle("dropping", Boolean(side(event)));
  });
  document.addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    document.querySelector("#side-column")?.classList.remove("dropping");
    const input = document.querySelector("input[type=file]");
    if (!side(event) || !input) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Bring a newly opened sentence into view and put the focus there, so that reading goes on from it.
  let lastMark = null;
  const reveal = () => {
    const mark = document.querySelector("#sources mark.cited");
    if (mark === lastMark) return;
    lastMark = mark;
    if (!mark) return;
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
  };

  // Gradio labels each message with its markup, which a screen reader would spell out; the text speaks for itself.
  const unlabel = () => {
    document.querySelectorAll("#messages [data-testid][aria-label]").forEach((message) => {
      message.removeAttribute("aria-label");
    });
  };

  // The box for the question is ready to type into, except on a phone, where the keyboard would hide the page.
  let focused = false;
  const focusOnce = () => {
    const box = focused ? null : document.querySelector("#question textarea");
    if (!box) return;
    focused = true;
    if (window.matchMedia("(min-width: 861px)").matches) box.focus();
  };

  document.addEventListener("DOMContentLoaded", () => {
    const react = () => [focusOnce, reveal, unlabel].forEach((one) => one());
    new MutationObserver(react).observe(document.body, { childList: true, subtree: true });
  });
})();
