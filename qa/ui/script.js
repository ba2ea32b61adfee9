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
    hand("link", address);
  };

  const hand = (name, text) => {
    // Gradio reports a change only, so the same text twice needs something that differs.
    write(document.querySelector(`#${name} textarea, #${name} input`), `${text}?${++count}`);
  };

  const write = (box, text) => {
    if (box.value === text) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // A question that stands open in front of a button's deed; only one does at a time.
  const openQuestions = () => [...document.querySelectorAll("details.confirmed[open]")];
  const close = (question) => {
    const hadFocus = question.contains(document.activeElement);
    question.open = false;
    if (hadFocus) question.querySelector("summary").focus();
  };

  // A button does something, so only those count that stand where our own lists are. No link and no address does.
  const press = (button) => {
    show("side");
    const question = button.closest("details.confirmed");
    if (question) close(question);
    hand("action", button.value);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.(`a[href^="${PREFIX}"]`);
    const button = event.target.closest?.("button.act");
    openQuestions()
      .filter((question) => !question.contains(event.target))
      .forEach(close);
    if (link) {
      event.preventDefault();
      follow(link);
    } else if (button?.closest("#sync-status, #document-list, #bar")) {
      press(button);
    } else if (event.target.closest?.("details.confirmed button.no")) {
      close(event.target.closest("details.confirmed"));
    }
  });

  // Under the last row it would open out of sight.
  const revealQuestion = (event) => {
    if (event.target.matches?.("details.confirmed[open]")) {
      event.target.querySelector(".question").scrollIntoView({ block: "nearest" });
    }
  };
  document.addEventListener("toggle", revealQuestion, true);

  document.addEventListener(
    "keydown",
    (event) => {
      const question = event.target.closest?.("details.confirmed[open]");
      if (event.key === "Escape" && question) {
        close(question);
      } else if (event.key === "Escape" && lastLink?.isConnected && document.activeElement?.closest("#sources")) {
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
    const place = document.querySelector("#sources .page .marked");
    const frame = place?.closest(".page-frame");
    if (frame) {
      const above = place.getBoundingClientRect().top - frame.getBoundingClientRect().top;
      frame.scrollTop += above - frame.clientHeight / 3;
    }
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

  // Once in a while the page asks whether something has changed. It holds a mark for each part of what it shows; to
  // write another one into its box has the part shown anew. What cannot be asked now is asked later.
  const PATIENCE = 5;
  const look = async () => {
    const boxes = [...document.querySelectorAll("[id$='-mark'] textarea, [id$='-mark'] input")];
    let pace = 1;
    // They are empty until the page has been filled.
    if (!document.hidden && boxes.length && boxes.every((box) => box.value)) {
      try {
        const marks = await (await fetch("wendang/marks", { cache: "no-store" })).json();
        boxes.forEach((box) => write(box, marks[box.closest("[id$='-mark']").id.slice(0, -"-mark".length)]));
        pace = marks.pace;
      } catch {
        pace = PATIENCE;
      }
    }
    setTimeout(look, 1000 * pace);
  };

  document.addEventListener("DOMContentLoaded", () => {
    look();
    const react = () => [focusOnce, reveal, unlabel].forEach((one) => one());
    new MutationObserver(react).observe(document.body, { childList: true, subtree: true });
  });
})();
