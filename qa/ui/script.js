// The page's one script. It runs before Gradio's, because the language must be settled before Gradio chooses one.
"use strict";
(() => {
  const PREFIX = "#wendang/";
  const one = (selector, place = document) => place.querySelector(selector);
  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  // What is done when something happens to what a selector names, now or later; some events do not bubble.
  const on = (type, selector, deed) =>
    document.addEventListener(
      type,
      (event) => {
        const target = event.target.closest?.(selector);
        if (target) deed(target, event);
      },
      { capture: type === "toggle", passive: type === "wheel" },
    );
  const isWide = () => window.matchMedia("(min-width: 861px)").matches;

  // Gradio copies all that a component holds whenever something is awaited, each string and number by itself, with a
  // call that takes the browser as long as copying an object, and longer still to refuse a function. These need no copy,
  // and one refusal is as good as another. `python -m benchmarks.page` shows it.
  const copyDeeply = window.structuredClone;
  const refusal = new DOMException("It cannot be copied.", "DataCloneError");
  window.structuredClone = (value, ...rest) => {
    if (typeof value === "function" || typeof value === "symbol") throw refusal;
    return typeof value === "object" && value !== null ? copyDeeply(value, ...rest) : value;
  };

  // What a reader has set is in a cookie, which the server reads as well (preferences.py).
  const COOKIE = "wendang_preferences";
  const SIZES = { small: 0.9, normal: 1, large: 1.15, huge: 1.35 };
  const preferences = new URLSearchParams(
    document.cookie
      .split("; ")
      .find((cookie) => cookie.startsWith(`${COOKIE}=`))
      ?.slice(COOKIE.length + 1) ?? "",
  );

  // Gradio takes its language and its colours from the browser, so that is where it hears what was chosen. It has
  // Chinese under two names only and would show English to every other Chinese browser.
  const language = { zh: "zh-CN", en: "en" }[preferences.get("language")] ?? (navigator.language || "");
  const isOther = /^zh\b/i.test(language) && language !== "zh-CN" && language !== "zh-TW";
  const told = isOther ? (/hant|-(hk|mo|tw)\b/i.test(language) ? "zh-TW" : "zh-CN") : language;
  if (told !== navigator.language) Object.defineProperty(navigator, "language", { get: () => told });

  const isDarkOutside = window.matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => {
    const theme = preferences.get("theme");
    return theme === "dark" || (theme !== "light" && isDarkOutside.matches);
  };
  const dress = () => {
    document.body?.classList.toggle("dark", isDark());
    document.documentElement.style.setProperty("--wd-size", SIZES[preferences.get("size")] ?? 1);
  };
  isDarkOutside.addEventListener("change", () => setTimeout(dress));

  const set = (name, value) => {
    preferences.set(name, value);
    document.cookie = `${COOKIE}=${preferences}; path=/; max-age=315360000; samesite=lax`;
    if (name === "language") location.reload();
    dress();
  };
  on("change", "#preferences [id^=set-] [type=radio]", (radio) => {
    set(radio.closest("[id^=set-]").id.slice("set-".length), radio.value);
  });

  const openPreferences = (isOpen) => {
    const [panel, button] = [one("#preferences"), one("#brand .open-preferences")];
    if (!panel || !button || panel.classList.contains("open") === isOpen) return;
    panel.classList.toggle("open", isOpen);
    button.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) one("input:checked", panel)?.focus();
    else if (panel.contains(document.activeElement) || document.activeElement === document.body) button.focus();
  };

  let lastLink = null;
  let count = 0;

  // On a phone one panel is seen at a time; style.css reads which. Without the attribute it is the chat.
  const show = (view) => {
    all("#brand, #desk").forEach((place) => (place.dataset.view = view));
  };

  // A click on a citation, a card or a document: its fragment goes to the server through the hidden box.
  const follow = (link) => {
    const address = link.getAttribute("href");
    const [kind, name] = address.slice(PREFIX.length).split("/");
    if (link.closest("#sources .back")) goBack();
    // More of the text, and other pages, come without the panel being made anew.
    else if (link.closest("#sources .more, #sources .turn")) readOn(link);
    else if (kind === "view") {
      show(name);
      if (link.closest("#picked")) questionBox().focus();
    } else if (kind === "again") hand("again", address);
    else if (kind === "conversation") {
      show("chat");
      hand("opening", address);
    } else {
      lastLink = link;
      markCurrent(address);
      show("side");
      hand("link", address);
    }
  };

  // The mark in the answer whose source is open; an answer that is shown anew has forgotten it.
  const marksOf = (address) => all("#messages a").filter((mark) => mark.getAttribute("href") === address);
  const markCurrent = (address) => {
    all("#messages a[aria-current]").forEach((mark) => mark.removeAttribute("aria-current"));
    marksOf(address).forEach((mark) => mark.setAttribute("aria-current", "true"));
  };

  // From the source back to where it was opened from: the mark in the answer, or the list of documents.
  const goBack = () => {
    if (lastLink?.isConnected && lastLink.closest("#document-list")) showDocuments();
    else show("chat");
    requestAnimationFrame(() => {
      const marks = lastLink ? [...marksOf(lastLink.getAttribute("href")), lastLink] : [];
      const target = marks.find((mark) => mark.isConnected && mark.offsetParent);
      target?.scrollIntoView({ block: "nearest" });
      if (target) target.focus({ preventScroll: true });
      else focusQuestion();
    });
  };

  const boxOf = (name) => one(`#${name} textarea, #${name} input`);
  const questionBox = () => boxOf("question");

  // Gradio reports a change only, so the same text twice needs something that differs.
  const hand = (name, text) => write(boxOf(name), `${text}?${++count}`);

  const write = (box, text) => {
    if (box.value === text) return;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const make = (tag, values) => Object.assign(document.createElement(tag), values);

  // A question that stands open in front of a button's deed; only one does at a time.
  const close = (question) => {
    const hadFocus = question.contains(document.activeElement);
    question.open = false;
    if (hadFocus) one("summary", question).focus();
  };

  // A button does something, so only those count that stand where our own lists are. No link and no address does.
  const press = (button) => {
    const isOfHistory = Boolean(button.closest("#history-column"));
    if (!isOfHistory) show("side");
    const question = button.closest("details.confirmed");
    if (question) close(question);
    hand(isOfHistory ? "history-action" : "action", button.value);
  };

  // A conversation's title becomes a box to type into, in its place.
  const rename = (button) => {
    const title = one("a", button.closest("li"));
    close(button.closest("details"));
    const box = make("input", { value: title.textContent, maxLength: 200, ariaLabel: button.textContent });
    title.hidden = true;
    title.after(box);
    box.select();
    box.focus();
    let isOver = false;
    const end = (isKept) => {
      if (isOver) return;
      isOver = true;
      const name = encodeURIComponent(box.value);
      if (isKept && box.value !== title.textContent) hand("history-action", `${button.value}/${name}`);
      box.remove();
      title.hidden = false;
      title.focus();
    };
    box.addEventListener("blur", () => end(true));
    box.addEventListener("keydown", (event) => {
      // Enter also takes over what an input method offers.
      if (event.key === "Enter" && !event.isComposing) end(true);
      if (event.key === "Escape") end(false);
    });
  };

  // The address names the conversation that is open, so that it is there again after a reload, and with the back button.
  let opened = null;
  // What was open before the back button: the box names it until the server has brought the one gone back to.
  const left = new Set();
  const followConversation = () => {
    const id = boxOf("conversation")?.value;
    if (id === opened) left.clear();
    if (id === undefined || id === opened || left.has(id)) return;
    left.clear();
    const isFirst = opened === null;
    const before = opened;
    opened = id;
    const address = new URL(location.href);
    // Nothing is open yet while the page still fetches what its address names.
    if (isFirst && !id) return;
    address.searchParams.delete("answer");
    if (id) address.searchParams.set("chat", id);
    else address.searchParams.delete("chat");
    if (address.href === location.href) return;
    // What was just begun takes the place of the empty page that it was begun on.
    if (isFirst || !before) history.replaceState(null, "", address);
    else history.pushState(null, "", address);
  };
  window.addEventListener("popstate", () => {
    const id = new URL(location.href).searchParams.get("chat") ?? "";
    if (id === opened) return;
    [boxOf("conversation")?.value, opened].forEach((other) => left.add(other));
    left.delete(id);
    opened = id;
    hand("opening", `${PREFIX}conversation/${id}`);
  });

  // On a wide window the conversations can be put away. Gradio puts our styles below its own element, so that is where
  // the sign must stand.
  const PUT_AWAY = "wendang-history-hidden";
  const foldHistory = () => {
    const desk = one("#desk");
    if (desk) desk.dataset.history = localStorage.getItem(PUT_AWAY) ? "hidden" : "shown";
  };
  const toggleHistory = () => {
    localStorage.setItem(PUT_AWAY, localStorage.getItem(PUT_AWAY) ? "" : "1");
    foldHistory();
  };

  // What was searched for goes into the box, to be changed there; sent from there, it is searched for as it stands.
  const edit = (button) => {
    const box = questionBox();
    write(boxOf("as-searched"), button.value);
    write(box, button.value);
    show("chat");
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  };

  // ---- What can be done with an answer (toolbar.py) ----

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Browsers keep their clipboard from pages that do not come over HTTPS, but for this older way.
      const before = document.activeElement;
      const box = make("textarea", { value: text, className: "unseen" });
      document.body.append(box);
      box.select();
      const isDone = document.execCommand("copy");
      box.remove();
      before?.focus({ preventScroll: true });
      return isDone;
    }
  };

  const copyTool = async (tool) => {
    if (!(await copied(tool.value))) return;
    tool.classList.add("done");
    setTimeout(() => tool.classList.remove("done"), 1600);
    toast(one(".done-word", tool).textContent);
  };

  // What the script itself has to say; it is heard as well as seen.
  let said = null;
  const toast = (text) => {
    said?.remove();
    said = make("p", { className: "toast", role: "status" });
    one("#answer-said")?.append(said);
    requestAnimationFrame(() => (said.textContent = text));
  };

  // Gradio lets neither the state of a button nor a box for text through, so they are made of what it does let through.
  const mark = (button, isPressed) => {
    button.classList.toggle("pressed", isPressed);
    button.setAttribute("aria-pressed", String(isPressed));
  };
  const equip = () => {
    all("#messages .tools :is(.good, .bad, .reason):not([aria-pressed])").forEach((button) => {
      mark(button, button.matches(".pressed"));
    });
    all("#messages .tools span.right-answer").forEach((place) => {
      const { className, textContent: value, title } = place;
      const names = { placeholder: title, ariaLabel: title };
      place.replaceWith(make("textarea", { className, value, rows: 1, maxLength: 500, ...names }));
    });
  };

  // A verdict is shown at once, and taken back by pressing it again. Where it could not be kept, it is as it was.
  let unmark = null;
  let lastError = null;
  const heedError = () => {
    const error = one("#answer-said .error");
    if (error === lastError) return;
    lastError = error;
    if (error) unmark?.();
    unmark = null;
  };
  const judge = (button) => {
    const tools = button.closest(".tools");
    const before = all("[aria-pressed]", tools).map((other) => [other, other.matches(".pressed")]);
    unmark = () => before.forEach(([other, isPressed]) => mark(other, isPressed));
    const isTaken = button.matches(".pressed");
    const isReason = button.matches(".reason");
    all(".good, .reason", tools).forEach((other) => mark(other, other === button && !isTaken));
    mark(one(".bad", tools), isReason && !isTaken);
    if (isReason) one(".complaint", tools).scrollIntoView({ block: "nearest" });
    else complain(tools, false);
    if (isTaken) hand("answer-action", button.value.replace(/^[a-z_]+/, "withdraw"));
    else hand("answer-action", isReason ? withAnswer(button) : button.value);
  };

  const withAnswer = (reason) => {
    const box = one("textarea.right-answer", reason.closest(".complaint"));
    return `${reason.value}/${encodeURIComponent(box?.value ?? "")}`;
  };

  const correct = (form) => {
    const reason = one(".reason.pressed", form);
    if (!reason) return;
    hand("answer-action", withAnswer(reason));
    complain(form.closest(".tools"), false);
  };

  const complain = (tools, isOpen) => {
    const [form, opener] = [one(".complaint", tools), one(".bad", tools)];
    const hadFocus = form.contains(document.activeElement);
    tools.classList.toggle("complaining", isOpen);
    opener.setAttribute("aria-expanded", String(isOpen));
    if (hadFocus && !isOpen) opener.focus();
    if (isOpen) form.scrollIntoView({ block: "nearest" });
  };

  const rescope = (tool) => {
    edit(tool);
    one("#scope input")?.focus();
  };

  // The server has made a link to an answer; where it cannot be copied, it stands there to be copied by hand.
  let lastLinked = null;
  const offerLink = async () => {
    const made = one("#answer-said .made-link");
    if (made === lastLinked) return;
    lastLinked = made;
    if (!made) return;
    const address = new URL(made.value, location.href).href;
    if (await copied(address)) {
      made.closest(".toast").classList.add("is-copied");
      return;
    }
    const box = make("input", { value: address, readOnly: true, ariaLabel: made.ariaLabel });
    made.replaceWith(box);
    box.closest(".toast").classList.add("is-offered");
    box.focus();
    box.select();
  };

  // ---- What a mark is of, before it is clicked (previews.py) ----

  const MARK = `#messages .answer a[href^="${PREFIX}citation/"]`;
  const preview = make("div", { id: "preview", role: "tooltip", hidden: true });
  let previewed = null;
  const hidePreview = () => {
    previewed?.removeAttribute("aria-describedby");
    previewed = null;
    preview.hidden = true;
  };
  const showPreview = (mark) => {
    if (mark === previewed || !window.matchMedia("(hover: hover)").matches || !isWide()) return;
    hidePreview();
    const number = mark.getAttribute("href").split("/").pop();
    const kept = one(`.previews li[value="${number}"]`, mark.closest(".answer"));
    if (!kept) return;
    previewed = mark;
    preview.replaceChildren(...kept.cloneNode(true).childNodes);
    preview.hidden = false;
    mark.setAttribute("aria-describedby", preview.id);
    const place = mark.getBoundingClientRect();
    const room = one("#chat-column").getBoundingClientRect();
    const left = Math.min(place.left - 16, room.right - preview.offsetWidth - 8);
    preview.style.left = `${Math.max(room.left + 8, left)}px`;
    const above = place.top - preview.offsetHeight - 8;
    preview.style.top = `${above >= 8 ? above : place.bottom + 8}px`;
  };
  document.addEventListener("mouseover", (event) => {
    const mark = event.target.closest?.(MARK);
    if (mark) showPreview(mark);
    else if (previewed && previewed !== document.activeElement && !event.target.closest?.("#preview")) hidePreview();
  });
  document.addEventListener("focusin", (event) => {
    const mark = event.target.closest?.(MARK);
    // A click opens the source itself.
    if (mark?.matches(":focus-visible")) showPreview(mark);
    else hidePreview();
  });
  document.addEventListener("focusout", hidePreview);
  document.addEventListener("scroll", hidePreview, true);

  // From one mark of an answer to the next; in the reader, the source panel's own keys step through the citations.
  const stepMark = (target, by) => {
    const mark = target.closest?.(MARK);
    const marks = mark ? all("a.citation-mark", mark.closest(".answer")) : [];
    marks[marks.indexOf(mark) + by]?.focus();
    return Boolean(mark);
  };

  const isTyping = (target) => Boolean(target.closest?.("input, textarea, select, [contenteditable='true']"));

  const onKey = (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "Escape") {
      if (!preview.hidden) hidePreview();
      const complaining = event.target.closest?.(".tools.complaining");
      if (complaining) complain(complaining, false);
    } else if (event.key === "Enter" && event.target.matches?.(".right-answer")) {
      event.preventDefault();
      correct(event.target.closest(".complaint"));
    } else if (isTyping(event.target)) {
      return;
    } else if (event.key === "/") {
      event.preventDefault();
      show("chat");
      questionBox()?.focus();
    } else if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
      if (stepMark(event.target, event.key === "ArrowRight" ? 1 : -1)) event.preventDefault();
    }
  };
  document.addEventListener("keydown", onKey);

  // A question that was offered is asked; the focus goes where the next one is written, but on a phone nowhere.
  const askSuggested = (button) => {
    hand("suggested", button.value);
    focusQuestion();
  };

  // A mouse has no way to scroll sideways but its wheel.
  on("wheel", "#next-questions .next", (row, event) => {
    if (!event.deltaX) row.scrollLeft += event.deltaY;
  });

  on("input", "#question textarea", (box) => {
    if (!box.value.trim()) write(boxOf("as-searched"), "");
  });

  // What a press does; the first that the pressed one stands in counts.
  const DEEDS = [
    [`a[href^="${PREFIX}"]`, follow],
    ["#sources a.original", (link) => keepOriginal(link)],
    ["#sources button.copy-quote", (button) => copyQuote(button)],
    ["#sources button.find-step", (button) => step(Number(button.value))],
    ["#messages button.edit", edit],
    ["#messages .tools :is(.copy, .cite)", copyTool],
    ["#messages .tools .anew", (tool) => hand("again", tool.value)],
    ["#messages .tools .rescope", rescope],
    ["#messages .tools .share", (tool) => hand("answer-action", tool.value)],
    ["#messages .tools :is(.good, .reason)", judge],
    ["#messages .tools .bad", (tool) => complain(tool.closest(".tools"), !tool.closest(".complaining"))],
    ["#messages .tools .save", (button) => correct(button.closest(".complaint"))],
    ["#messages button.to-documents", () => showDocuments()],
    ["#next-questions button.ask", askSuggested],
    ["#history button.rename", rename],
    ["#brand button.toggle-history", toggleHistory],
    [":is(#sync-status, #document-list, #picked, #said, #bar, #history, #history-said) button.act", press],
    ["#upload, button.choose:not([value=folder])", () => choose(false)],
    ["#upload-folder, button.choose", () => choose(true)],
    ["#document-list button.view", (button) => hand("view", button.value)],
    ["#picked button.clear", () => tick("clear/")],
    ["#document-tools button.stop-upload", () => stopUpload()],
    ["dialog.keep-text button", (button) => closeText(button.matches(".keep"))],
    ["details.confirmed button.no", (button) => close(button.closest("details"))],
  ];
  document.addEventListener("click", (event) => {
    const target = event.target;
    all("details.confirmed[open]").filter((question) => !question.contains(target)).forEach(close);
    const opener = target.closest?.("#brand .open-preferences");
    if (opener) openPreferences(opener.getAttribute("aria-expanded") !== "true");
    else if (!target.closest?.("#preferences")) openPreferences(false);
    const [selector, deed] = DEEDS.find(([place]) => target.closest?.(place)) ?? [];
    if (!deed) return;
    event.preventDefault();
    deed(target.closest(selector));
  });

  // Under the last row it would open out of sight.
  on("toggle", "details.confirmed[open]", (details) => {
    one(".question, .menu", details).scrollIntoView({ block: "nearest" });
  });

  document.addEventListener(
    "keydown",
    (event) => {
      const question = event.target.closest?.("details.confirmed[open]");
      if (event.key === "Enter" && !event.isComposing && event.target.matches?.("dialog.keep-text input")) {
        closeText(true);
      } else if (event.key === "Escape" && question) {
        close(question);
      } else if (event.key === "Escape" && one("#preferences.open")) {
        openPreferences(false);
      } else {
        pressInSources(event);
      }
    },
    true,
  );

  // ---- Documents: uploads, ticks, and what a press in the list asks for

  const showDocuments = () => {
    show("side");
    one("#side-tabs [role=tab]:last-of-type")?.click();
  };

  // One tick after the other, each from what the one before has left; the bar tells which one it answers.
  const ticks = [];
  let awaitedTick = null;
  const tick = (value) => {
    ticks.push(value);
    sendTick();
  };
  const sendTick = () => {
    if (awaitedTick || !ticks.length) return;
    hand("tick", ticks.shift());
    awaitedTick = String(count);
    const sent = awaitedTick;
    // What is not answered may be lost; the next one must not wait for ever.
    setTimeout(() => answerTick(sent), 10_000);
  };
  const answerTick = (answered) => {
    if (answered !== awaitedTick) return;
    awaitedTick = null;
    sendTick();
  };
  on("change", "#document-list input[type=checkbox]", (box) => tick(`${box.checked ? "on" : "off"}/${box.value}`));

  // What is ticked is what the bar says, wherever it was picked. Gradio makes one row into another where a list has
  // changed, so that a tick stays behind in the place of what it was for.
  const showTicks = () => {
    const answered = one("#picked data.count")?.value;
    if (awaitedTick && answered === awaitedTick) answerTick(answered);
    if (awaitedTick) return;
    const placeOf = (row) => decodeURIComponent(row.getAttribute("value")).replace(/\/$/, "") + "/";
    const picked = all("#picked data.pattern").map(placeOf);
    all("#document-list input[type=checkbox]").forEach((box) => {
      const place = placeOf(box);
      box.checked = picked.some((pattern) => place.startsWith(pattern));
      box.indeterminate = !box.checked && picked.some((pattern) => pattern.startsWith(place));
    });
  };

  // What is on its way into the index is as far as the status line says.
  const showProgress = () => {
    const status = one("#sync-status progress");
    all("#document-list .waiting progress").forEach((bar) => {
      bar.hidden = !status;
      if (!status || (bar.max === status.max && bar.value === status.value)) return;
      bar.max = status.max;
      bar.value = status.value;
    });
  };

  // Who works with the keyboard goes on where they were, and never in what has taken its place.
  const nameOf = (control) => {
    const parts = (control.getAttribute("value") ?? control.getAttribute("href") ?? "").split("/");
    return [control.className, control.matches(".fold") ? "" : parts[0], parts.at(-1)].join();
  };
  const CONTROLS = "#document-list :is(button, input, a)";
  let lastPressed = null;
  document.addEventListener("focusin", (event) => {
    const element = event.target.closest?.(CONTROLS);
    lastPressed = element ? { element, name: nameOf(element) } : null;
  });
  const keepFocus = () => {
    if (!lastPressed) return;
    const { element, name } = lastPressed;
    const isThere = element.isConnected;
    if (isThere && nameOf(element) === name) return;
    if (document.activeElement !== (isThere ? element : document.body)) return;
    const same = all(CONTROLS).find((control) => nameOf(control) === name);
    // What was removed can be had back at once.
    const next = same ?? (name.includes(",remove,") ? one("#said .undo") : null);
    if (next) next.focus({ preventScroll: true });
    else if (isThere) element.blur();
  };

  // Not at every change: an answer that streams is made of many.
  let isPlanned = false;
  const followDocuments = () => {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      [showTicks, showProgress, keepFocus].forEach((follow) => follow());
    });
  };

  const choose = (isFolder) => {
    const input = make("input", { type: "file", multiple: true, webkitdirectory: isFolder });
    input.addEventListener("change", () => upload([...input.files].map((file) => [file.webkitRelativePath, file])));
    input.click();
  };

  // Files are sent a few at a time, each with its path below the folder that was chosen.
  const AT_ONCE = 3;
  let uploads = Promise.resolve();
  let sending = null;
  const upload = (named) => {
    if (!named.length) return;
    showDocuments();
    uploads = uploads.then(() => uploadAll(named)).catch(() => {});
  };
  const stopUpload = () => {
    sending.isStopped = true;
    sending.requests.forEach((request) => request.abort());
  };
  const uploadAll = async (named) => {
    const told = { saved: [], known: [], failed: [], unsupported: [], large: [], left: 0, cancelled: 0 };
    try {
      const limits = await (await fetch("wendang/upload", { cache: "no-store" })).json();
      const todo = sortOut(named, limits, told);
      const name = `${Date.now()}-${Math.random()}`;
      sending = { name, todo, requests: new Set(), files: todo.length, bytes: 0, done: 0, part: new Map() };
      sending.bytes = todo.reduce((sum, [, file]) => sum + file.size, 1);
      const box = one("#document-tools .uploading");
      const showing = setTimeout(() => box?.classList.add("shown"), 300);
      await Promise.all(Array.from({ length: AT_ONCE }, () => sendNext(told)));
      clearTimeout(showing);
      box?.classList.remove("shown");
    } catch {
      told.failed.push([named[0][1].name, ""]);
    }
    hand("uploaded", JSON.stringify(told));
  };
  // Return what is to be sent; of what is not, why.
  const sortOut = (named, limits, told) => {
    let total = 0;
    return named.filter((entry) => {
      const [path, file] = entry;
      // A backslash is a part of a name here, and leads into a folder elsewhere.
      entry[0] = (path || file.name).replaceAll("\\", "-");
      if (entry[0].split("/").some((part) => /^(\.|~\$)/.test(part))) {
        // A folder has its hidden files without anybody's knowing.
        if (!entry[0].includes("/")) told.unsupported.push(file.name);
        return false;
      }
      const suffix = /\.[^.]*$/.exec(file.name)?.[0].toLowerCase() ?? "";
      if (!limits.suffixes.includes(suffix)) told.unsupported.push(file.name);
      else if (file.size > limits.bytes) told.large.push(file.name);
      else if (told.files === limits.files || total + file.size > limits.total) told.left += 1;
      else {
        total += file.size;
        told.files = (told.files ?? 0) + 1;
        return true;
      }
      return false;
    });
  };
  const sendNext = async (told) => {
    for (let next = sending.todo.shift(); next; next = sending.todo.shift()) {
      if (sending.isStopped) {
        told.cancelled += 1;
        continue;
      }
      const { status, answer } = await send(...next);
      if (status === 200) (answer.was_there ? told.known : told.saved).push(answer.path);
      else if (sending.isStopped) told.cancelled += 1;
      else told.failed.push([next[0], answer.error ?? ""]);
      sending.done += 1;
      showUpload();
    }
  };
  const send = (path, file) =>
    new Promise((finish) => {
      const request = new XMLHttpRequest();
      sending.requests.add(request);
      request.open("POST", `wendang/upload?path=${encodeURIComponent(path)}`);
      request.setRequestHeader("X-WenDang", sending.name);
      request.responseType = "json";
      request.upload.addEventListener("progress", (event) => {
        sending.part.set(request, event.loaded);
        showUpload();
      });
      request.addEventListener("loadend", () => {
        sending.requests.delete(request);
        finish({ status: request.status, answer: request.response ?? {} });
      });
      request.send(file);
    });
  const showUpload = () => {
    const box = one("#document-tools .uploading");
    if (!box) return;
    const share = Math.min(1, [...sending.part.values()].reduce((sum, part) => sum + part, 0) / sending.bytes);
    const percent = `${Math.round(100 * share)}%`;
    const number = Math.min(sending.done + 1, sending.files);
    one(".figure", box).textContent = sending.files > 1 ? `${number} / ${sending.files} · ${percent}` : percent;
    one("progress", box).value = share;
  };

  // What is dropped anywhere on the page goes the way of the buttons; a folder with all that is below it.
  const DEEPEST = 32;
  const isFiles = (event) => event.dataTransfer?.types.includes("Files");
  const showDrop = (isOver) => document.documentElement.classList.toggle("wendang-dropping", isOver);
  document.addEventListener("dragover", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    showDrop(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) showDrop(false);
  });
  document.addEventListener("drop", async (event) => {
    showDrop(false);
    if (!isFiles(event)) return;
    event.preventDefault();
    // They are to be had at once only, not after the first wait.
    const dropped = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const found = dropped.map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
    upload((await Promise.all(found.map((entry) => filesIn(entry)))).flat());
  });
  const filesIn = async (entry, above = "", depth = 0) => {
    if (entry instanceof File) return [[entry.name, entry]];
    if (entry.name.startsWith(".") || depth > DEEPEST) return [];
    const place = above + entry.name;
    if (entry.isFile) return [[place, await new Promise((done, fail) => entry.file(done, fail))]];
    const reader = entry.createReader();
    const found = [];
    for (let some = [null]; some.length; found.push(...some)) {
      some = await new Promise((done, fail) => reader.readEntries(done, fail));
    }
    const below = [];
    for (const inner of found) below.push(...(await filesIn(inner, `${place}/`, depth + 1)));
    return below;
  };

  // Files that are pasted are uploaded; text that is pasted where nobody types may be kept as a document.
  const LINE = 80;
  let pasted = "";
  document.addEventListener("paste", (event) => {
    const isTyped = isTyping(event.target);
    const files = [...(event.clipboardData?.files ?? [])];
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    if (files.length && !(isTyped && text)) {
      event.preventDefault();
      upload(files.map((file) => [file.name, file]));
    } else if (!isTyped && (text.includes("\n") || text.length > LINE)) {
      offerText(text);
    }
  });
  const offerText = (text) => {
    const dialog = one("dialog.keep-text");
    if (!dialog || dialog.open) return;
    pasted = text;
    one(".preview", dialog).textContent = text.slice(0, 400);
    const name = one("input", dialog);
    name.value = text.split("\n")[0].replace(/^[#\s]+/, "").slice(0, 40).trim();
    dialog.showModal();
    name.select();
  };
  const closeText = (isKept) => {
    const dialog = one("dialog.keep-text");
    dialog.close();
    if (!isKept) return;
    const suffix = /^#{1,6} /m.test(pasted) ? ".md" : ".txt";
    const name = one("input", dialog).value.replaceAll("/", "-").replace(/^[.~$\s-]+|\.(txt|md)$/gi, "").trim();
    const file = new File([pasted], (name || "document") + suffix, { type: "text/plain" });
    upload([[file.name, file]]);
  };

  // ---- A document that is open ----

  const reader = () => one("#sources .reader");
  const textOf = (place) => one(".reader-text", place);

  // Bring what was newly opened into view and put the focus there, so that reading goes on from it. Gradio changes the
  // panel in place, so a sign tells one opening from the next.
  let opening = null;
  const reveal = (tries = 60) => {
    const place = reader();
    const sign = place?.dataset.opened ?? null;
    if (sign === opening) return;
    // Its tab may not be shown yet.
    if (place && !place.offsetParent && tries > 0) {
      requestAnimationFrame(() => reveal(tries - 1));
      return;
    }
    opening = sign;
    search = { words: "", places: [], count: 0, at: -1 };
    if (!place) return;
    const box = one(".find input", place);
    if (box) box.value = "";
    showCount();
    const text = textOf(place);
    if (text) watchEnds(text);
    const target = one("mark.cited, .here", place) ?? one("mark.was", place) ?? one("h2", place);
    if (target.tagName === "H2" && text) text.scrollTop = 0;
    else target.scrollIntoView({ block: "center" });
    target.focus({ preventScroll: true });
    revealOnPage();
    const card = one("#sources .tray [aria-current]");
    if (card) card.parentElement.scrollLeft = card.offsetLeft - (card.parentElement.clientWidth - card.offsetWidth) / 2;
  };

  const revealOnPage = () => {
    const frame = one("#sources .page-frame");
    const place = frame && one(".marked", frame);
    const above = place ? place.getBoundingClientRect().top - frame.getBoundingClientRect().top : 0;
    if (frame) frame.scrollTop = place ? frame.scrollTop + above - frame.clientHeight / 3 : 0;
  };

  const sayThere = (text) => {
    const place = one("#sources .deed-said");
    if (!place) return;
    place.textContent = text;
    setTimeout(() => {
      if (place.textContent === text) place.textContent = "";
    }, 4000);
  };

  // What the server knows of the open document; null where that has been changed or another was opened meanwhile.
  const fetchOf = async (place, what, values) => {
    const { document: path, version, opened: sign } = place.dataset;
    const query = new URLSearchParams({ document: path, version, ...values });
    const busy = setTimeout(() => place.classList.add("busy"), 400);
    const answer = await fetch(`wendang/${what}?${query}`, { cache: "no-store" }).catch(() => null);
    const told = await answer?.json().catch(() => null);
    clearTimeout(busy);
    place.classList.remove("busy");
    if (place.dataset.opened !== sign || reader() !== place) return null;
    if (!answer?.ok || !told) sayThere(told?.said ?? one(".deed-said", place).dataset.failed);
    return answer?.ok ? told : null;
  };

  const fetchText = (place, values) =>
    fetchOf(place, "text", { words: search.words, cited: place.dataset.cited ?? "", ...values });

  // The text grows before its ends are reached.
  const NEAR = "1200px";
  let ends = null;
  const watchEnds = (text) => {
    ends?.disconnect();
    ends = new IntersectionObserver(
      (seen) => seen.filter((end) => end.isIntersecting).forEach((end) => readOn(one("a", end.target))),
      { root: text, rootMargin: `${NEAR} 0px` },
    );
    all(".more", text).forEach((more) => ends.observe(more));
  };

  const readOn = async (link) => {
    const place = reader();
    if (!place || link.dataset.busy) return;
    if (link.closest(".turn")) {
      turnTo(place, Number(link.dataset.at), "");
      goTo(place, Number(link.dataset.at), ".page-label");
      return;
    }
    link.dataset.busy = "true";
    const isBefore = link.matches(".earlier_text");
    const told = await fetchText(place, { [isBefore ? "before" : "behind"]: link.dataset.at });
    delete link.dataset.busy;
    const more = link.closest(".more");
    if (!told || !more) return;
    const text = textOf(place);
    const [height, top] = [text.scrollHeight, text.scrollTop];
    const next = more.nextElementSibling;
    more.insertAdjacentHTML("afterend", told.html);
    const had = document.activeElement === link;
    more.remove();
    // Browsers differ in whether they keep what is read where it is, so style.css has none of them do it.
    if (isBefore) text.scrollTop = top + text.scrollHeight - height;
    // A page that the seam runs through has its number once.
    const label = isBefore && next ? one(".page-label", next) : null;
    const same = label ? all(`.page-label[data-at="${label.dataset.at}"]`, text) : [];
    if (same.length > 1) label.remove();
    if (had) text.focus({ preventScroll: true });
    watchEnds(text);
    markFound();
  };

  // Bring a place of the text into view, fetching the part around it where that is not there.
  let going = 0;
  const goTo = async (place, at, kind) => {
    const text = textOf(place);
    const mine = ++going;
    const find = () => one(`${kind}[data-at="${at}"]`, text);
    if (!find()) {
      const told = await fetchText(place, { at });
      if (!told || mine !== going) return;
      text.innerHTML = told.html;
      watchEnds(text);
    }
    markFound();
    const target = find();
    if (!target) return;
    const box = text.getBoundingClientRect();
    const above = target.getBoundingClientRect().top - box.top;
    text.scrollTop += kind === ".page-label" ? above - 8 : above - box.height / 2;
    target.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  let turning = 0;
  const turnTo = async (place, at, marked) => {
    const mine = ++turning;
    if (!one(".page", place)) return;
    // Whoever hurries from match to match needs the last one's page only: each has to be drawn.
    if (marked) await new Promise((resolve) => setTimeout(resolve, 150));
    if (mine !== turning) return;
    const told = await fetchOf(place, "page", { at, marked: marked || (place.dataset.cited ?? "") });
    const page = one(".page", place);
    if (!told?.html || !page || mine !== turning) return;
    const had = page.contains(document.activeElement) ? document.activeElement.className : "";
    page.outerHTML = told.html;
    revealOnPage();
    const anew = one(".page", place);
    const again = had && all("a, .page-frame", anew).find((control) => control.className === had);
    if (had) (again ?? one(".page-frame", anew)).focus({ preventScroll: true });
  };

  // Words in the open document, all of it. The server finds them: it has all of the text, and folds what is alike.
  let search = { words: "", places: [], count: 0, at: -1 };
  let waiting = 0;
  const showCount = () => {
    const said = one("#sources .found-count");
    if (!said) return;
    const { words, places, count, at } = search;
    const more = count > places.length ? "+" : "";
    said.textContent = !words ? "" : count ? `${at + 1} / ${places.length}${more}` : said.dataset.said;
    all("#sources .find-step").forEach((button) => (button.hidden = !count));
  };

  const markFound = () => {
    const at = search.places[search.at]?.[0];
    all("#sources mark.found").forEach((mark) => mark.classList.toggle("current", mark.dataset.at === String(at)));
  };

  const searchFor = async (words) => {
    const place = reader();
    if (!place || words === search.words) return;
    const from = search.places[search.at]?.[0] ?? Number(place.dataset.cited?.split("-")[0] ?? 0);
    const mine = (search = { words, places: [], count: 0, at: -1 });
    const text = textOf(place);
    const told = words ? await fetchOf(place, "found", { words }) : { count: 0, places: [] };
    if (search !== mine || !told) return;
    const first = told.places.findIndex(([start]) => start >= from);
    search = { words, places: told.places, count: told.count, at: told.count ? Math.max(first, 0) : -1 };
    showCount();
    all("mark.found", text).forEach((mark) => mark.replaceWith(...mark.childNodes));
    if (search.at < 0) return;
    // What is shown is shown anew with its marks, around the first match.
    const shown = await fetchText(place, { at: search.places[search.at][0] });
    if (search.words !== words || !shown) return;
    text.innerHTML = shown.html;
    watchEnds(text);
    showMatch();
  };

  const showMatch = () => {
    const place = reader();
    const [start, end] = search.places[search.at];
    showCount();
    turnTo(place, start, `${start}-${end}`);
    goTo(place, start, ".found");
  };

  const step = (by) => {
    if (search.at < 0) return;
    search.at = (search.at + by + search.places.length) % search.places.length;
    showMatch();
  };

  const endSearch = (box) => {
    box.value = "";
    searchFor("");
    textOf(reader())?.focus({ preventScroll: true });
  };

  on("input", "#sources .find input", (box, event) => {
    if (event.isComposing) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => searchFor(box.value.trim()), 200);
  });
  on("compositionend", "#sources .find input", (box) => searchFor(box.value.trim()));

  // Keys in the source panel; returns whether one of them was pressed.
  const pressInSources = (event) => {
    const at = document.activeElement?.closest("#sources") ? document.activeElement : null;
    if (!at || event.isComposing) return false;
    const box = at.closest(".find input");
    const isPlain = !event.altKey && !event.ctrlKey && !event.metaKey;
    const arrow = { ArrowLeft: "source_before", ArrowRight: "source_after" }[event.key];
    if (box && event.key === "Enter") {
      clearTimeout(waiting);
      if (box.value.trim() === search.words) step(event.shiftKey ? -1 : 1);
      else searchFor(box.value.trim());
    } else if (box && event.key === "Escape" && (box.value || search.words)) {
      endSearch(box);
    } else if (!box && (event.ctrlKey || event.metaKey) && event.key === "f" && one("#sources .find input")) {
      one("#sources .find input").select();
    } else if (!box && isPlain && !event.shiftKey && arrow) {
      const link = one(`#sources .step.${arrow}`);
      if (!link) return false;
      link.click();
    } else if (event.key === "Escape") {
      goBack();
    } else {
      return false;
    }
    event.preventDefault();
    event.stopPropagation();
    return true;
  };

  const copyQuote = async (button) => {
    const isDone = await copied(button.value);
    button.focus();
    sayThere(isDone ? button.dataset.said : button.dataset.failed);
  };

  // A file that is gone is said in words, where the browser would show a page or a broken download.
  const keepOriginal = async (link) => {
    const answer = await fetch(link.href, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (answer?.ok) {
      make("a", { href: link.href, download: "" }).click();
      return;
    }
    const why = answer?.status === 404 ? await fetch(link.href, { cache: "no-store" }).catch(() => null) : null;
    sayThere(why?.status === 404 ? await why.text() : link.dataset.said);
  };

  // Gradio labels each message with its markup, which a screen reader would spell out; the text speaks for itself.
  const unlabel = () => {
    all("#messages [data-testid][aria-label]").forEach((message) => message.removeAttribute("aria-label"));
    // A list must hold items; Gradio's list of examples holds buttons.
    all("#messages .examples[role=list]").forEach((list) => list.removeAttribute("role"));
  };

  // The box for the question is ready to type into, except on a phone, where the keyboard would hide the page.
  const focusQuestion = () => {
    if (isWide()) questionBox()?.focus();
  };
  let focused = false;
  const focusOnce = () => {
    if (focused || !questionBox()) return;
    focused = true;
    focusQuestion();
    write(questionBox(), sessionStorage.getItem(DRAFT) ?? "");
  };

  // What is typed and not sent outlives the page, which Gradio loads anew once a lost server is back.
  const DRAFT = "wendang-draft";
  window.addEventListener("pagehide", () => {
    if (questionBox()) sessionStorage.setItem(DRAFT, questionBox().value);
  });

  // Gradio tells in English alone that the server is gone.
  const tellLoss = () => {
    const said = one("#brand data.lost");
    all(".toast-message-text").forEach((text) => {
      if (!said || !text.textContent.startsWith("Connection to the server was lost")) return;
      text.textContent = said.value;
      const title = text.closest(".toast-body")?.querySelector(".toast-title");
      if (title) title.textContent = said.title;
    });
  };

  // Once in a while the page asks whether something has changed. It holds a mark for each part of what it shows; to
  // write another one into its box has the part shown anew. What cannot be asked now is asked later.
  const PATIENCE = 5;
  const look = async () => {
    const boxes = all("[id$='-mark'] textarea, [id$='-mark'] input");
    let pace = 1;
    followConversation();
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

  // Gradio dresses the page by itself when it begins.
  const keepDressed = () => {
    if (document.body.classList.contains("dark") !== isDark()) dress();
  };

  document.addEventListener("DOMContentLoaded", () => {
    look();
    dress();
    document.body.append(preview);
    const reactions = [focusOnce, reveal, unlabel, followConversation, foldHistory, keepDressed, followDocuments];
    const react = () => [...reactions, equip, heedError, offerLink, tellLoss].forEach((reaction) => reaction());
    const watched = { childList: true, subtree: true, attributes: true, attributeFilter: ["data-opened", "value"] };
    new MutationObserver(react).observe(document.body, watched);
  });
})();
