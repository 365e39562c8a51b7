"use strict";
/* The inspector's page: the plain form stays as it is; with this it keeps what is filled in and sends it when there is a network. */
(() => {
  const $ = (id) => document.getElementById(id);
  const words = {};
  let field = null;
  let form = null;
  let draft = null;
  let busy = false;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("banjian-field") : null;
  const word = (name, values = {}) =>
    Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), words[name] || "");

  const colon = document.documentElement.lang === "en" ? ": " : "：";

  /** The telephone's time to the second, as RFC 3339 writes it. */
  const stamp = (at) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");

  // -- what the form says ------------------------------------------------------------------------------

  const controls = () =>
    Array.from(form.elements).filter((one) => one.name && one.closest("[data-field]"));

  const rawOf = () => {
    const raw = {};
    for (const one of controls()) {
      if (one.type === "file") continue;
      if (one.type === "checkbox" || one.type === "radio") {
        raw[one.name] = raw[one.name] || [];
        if (one.checked) raw[one.name].push(one.value);
      } else raw[one.name] = one.value;
    }
    return raw;
  };

  const fill = (raw) => {
    for (const one of controls()) {
      if (one.type === "file" || !(one.name in raw)) continue;
      if (one.type === "checkbox" || one.type === "radio") one.checked = raw[one.name].includes(one.value);
      else one.value = raw[one.name];
    }
  };

  /** As the desk's own page reads the form: what is left empty is left out. */
  const bodyOf = (raw) => {
    const body = { photos: [] };
    for (const part of form.querySelectorAll("[data-field]")) {
      const name = part.dataset.field;
      const value = raw[name];
      if (value === undefined) continue;
      switch (part.dataset.widget) {
        case "checkbox":
          if (value.length) body[name] = true;
          break;
        case "checkboxes":
        case "people":
        case "photos":
          if (value.length || name === "photos") body[name] = value;
          break;
        case "radios":
          if (value.length) body[name] = value[0];
          break;
        case "lines": {
          const lines = value.split("\n").map((line) => line.trim()).filter(Boolean);
          if (lines.length) body[name] = lines;
          break;
        }
        default:
          if (value.trim()) body[name] = value.trim();
      }
    }
    return body;
  };

  // -- what is told -------------------------------------------------------------------------------------

  const show = (id, visible) => {
    const element = $(id);
    if (element) element.hidden = !visible;
  };

  const tellErrors = (errors, text) => {
    const box = $("sent-errors");
    box.querySelector("ul").replaceChildren(
      ...Object.entries(Object.keys(errors).length ? errors : { "": text }).map(([name, told]) => {
        const item = document.createElement("li");
        const target = name && (document.getElementById(name) || form?.querySelector(`[name="${name}"]`));
        if (target) {
          if (!target.id) target.id = name;
          const label = target.closest("[data-widget]:not([data-widget=people])")?.querySelector("legend, label");
          const link = FieldPictures.line("a", label ? `${label.firstChild.textContent.trim()}${colon}${told}` : told);
          link.href = `#${target.id}`;
          item.append(link);
        } else item.textContent = told;
        return item;
      }),
    );
    box.hidden = false;
    box.focus();
  };

  const tell = (name, values = {}, more = "") => {
    const status = $("waiting-text");
    const text = word(name, values) + (more ? ` ${more}` : "");
    // Said once: what is asked again and again is not read out each time.
    if (status.textContent !== text) status.textContent = text;
  };

  const network = () => {
    const tag = $("network");
    tag.textContent = word(navigator.onLine ? "online" : "offline");
    tag.className = navigator.onLine ? "tag tag--ok" : "tag tag--warn";
    tag.hidden = false;
  };

  const dropPhoto = async (id) => {
    await FieldStore.dropPhoto(id);
    await drawPhotos();
  };

  let drawing = 0;
  const drawPhotos = async () => {
    drawing += 1;
    const turn = drawing;
    const kept = draft ? await FieldStore.photos(draft.id) : [];
    const list = $("kept-photos");
    if (!list) return kept.length;
    const told = kept.map((photo) => ({ ...photo, takenText: new Date(photo.takenAt).toLocaleString(document.documentElement.lang) }));
    const how = { word, colon, remove: draft?.state === "open" ? dropPhoto : null };
    const items = await Promise.all(told.map((photo) => FieldPictures.item(photo, how)));
    // A later drawing that was done sooner knows more.
    if (turn !== drawing) return kept.length;
    list.replaceChildren(...items);
    list.hidden = kept.length === 0;
    return kept.length;
  };

  const TAGS = {
    queued: ["queued_tag", "tag tag--half"],
    received: ["received_tag", "tag tag--warn"],
    stuck: ["stuck_tag", "tag tag--bad"],
  };

  /** The page as the draft stands. */
  const draw = async () => {
    const kept = await drawPhotos();
    const waits = draft !== null && draft.state !== "open";
    show("waiting", waits);
    show("discard", draft !== null);
    if (form) form.inert = waits;
    show("form-body", !waits || form === null);
    if (waits) {
      const [name, look] = TAGS[draft.state];
      $("waiting-tag").textContent = word(name, { n: kept + 1 });
      $("waiting-tag").className = look;
      // What the bureau has is changed no more; what was never handed in cannot be sent.
      show("edit-again", form !== null && draft.state !== "received");
      show("send-now", draft.body !== null);
      $("send-now").textContent = word(draft.state === "received" ? "ask_now" : "send_now");
      if (draft.state === "stuck") tell("stuck", {}, draft.told);
      if (draft.state === "received") tell("received");
      if (draft.state === "received") show("act-received", false);
    }
    network();
    await FieldKept.draw(draft ? draft.id : "");
  };

  // -- keeping and sending -----------------------------------------------------------------------------

  const keep = async () => {
    if (draft === null || draft.state !== "open") return;
    const changed = await FieldStore.change(draft.id, { raw: rawOf(), savedAt: Date.now() }, "open");
    if (changed) draft = changed;
    const saved = $("saved");
    saved.textContent = word("saved", { time: new Date().toLocaleTimeString(document.documentElement.lang) });
    saved.hidden = false;
  };

  const finished = () => {
    draft = null;
    show("form-body", false);
    show("waiting", false);
    for (const id of ["sent-errors", "act-received", "discard"]) show(id, false);
    show("sent", true);
    $("sent").focus();
    channel?.postMessage("changed");
  };

  /** The draft is no longer here: sent by another tab, or deleted in it. The bureau knows which. */
  const gone = async () => {
    const seen = await FieldSender.look(field.dataset.task).catch(() => ({}));
    if (seen.state === "done" && seen.mine) finished();
    else location.reload();
  };

  // Seconds until a received record is asked for again, longer each time.
  const PAUSES = [2, 5, 10, 20, 30, 60];
  let asked = 0;
  let later = 0;
  const askLater = () => {
    clearTimeout(later);
    later = setTimeout(() => void send(), 1000 * PAUSES[Math.min(asked, PAUSES.length - 1)]);
    asked += 1;
  };

  const send = async () => {
    if (busy || draft === null || draft.state === "open") return;
    busy = true;
    if (draft.state !== "received") tell("sending");
    try {
      const outcome = await FieldSender.send(draft.id);
      const now = await FieldStore.read(draft.id);
      if (outcome.what === "sent") return finished();
      if (!now) return await gone();
      draft = now;
      if (outcome.what === "refused" && form === null) {
        // The task is open again: its form is asked for, and says why.
        return location.reload();
      }
      await draw();
      if (outcome.what === "refused") tellErrors(outcome.errors || {}, outcome.text);
      else if (outcome.what !== "lost") tell(outcome.what);
    } finally {
      busy = false;
      if (draft && draft.state === "received") askLater();
      channel?.postMessage("changed");
    }
  };

  const handIn = async (event) => {
    event.preventDefault();
    if (busy) return;
    for (const id of ["sent-errors", "act-refused"]) show(id, false);
    const raw = rawOf();
    const handed = { raw, body: bodyOf(raw), state: "queued", told: "", savedAt: Date.now() };
    const changed = await FieldStore.change(draft.id, handed, "open");
    if (!changed) return gone();
    draft = changed;
    await draw();
    $("waiting").focus();
    if (navigator.onLine) await send();
    else tell("waiting");
  };

  const addPhoto = async (blob, kind, name, takenAt) => {
    await FieldStore.addPhoto(draft.id, { blob, kind, name, takenAt });
    await keep();
    await drawPhotos();
    channel?.postMessage("changed");
  };

  const takePhotos = () => {
    const input = $("photo");
    input.multiple = true;
    input.addEventListener("change", async () => {
      for (const file of Array.from(input.files)) {
        const at = stamp(file.lastModified || Date.now());
        await addPhoto(file, "photo", file.name || "photo.jpg", at);
      }
      // Kept with the draft: the form itself sends no file.
      input.value = "";
    });
    show("upload-photo", false);
  };

  const sign = () => {
    FieldPictures.sign($("signature-pad"), {
      keep: $("keep-signature"),
      clear: $("clear-signature"),
      tell: (name) => ($("signature-told").textContent = word(name)),
      kept: async (blob) => {
        await addPhoto(blob, "signature", "signature.png", stamp(Date.now()));
        const signed = form.querySelector("input[name=signature][value=signed]");
        if (signed) signed.checked = true;
        await keep();
      },
    });
    show("sign", true);
  };

  // -- beginning ----------------------------------------------------------------------------------------

  const fresh = () => {
    const page = $("main").cloneNode(true);
    // A token is good for one sign-in only; a new one is asked for before anything is sent.
    for (const token of page.querySelectorAll("input[name=csrf_token]")) token.remove();
    const { person, name, task } = field.dataset;
    return { id: `${person}/${task}`, person, name, task, page: page.innerHTML };
  };

  /** What the bureau says of the task, for a draft that was not handed in: what is done here needs no draft; what another did or has
      leaves it to the writer, who alone knows what is in it. */
  const judged = async (known) => {
    const { state, mine } = field.dataset;
    if (!known) return null;
    if (known.state === "stuck" && !known.body && state === "mine") return FieldStore.change(known.id, { state: "open" });
    if (known.state !== "open" || state === "mine" || state === "deciding") return known;
    if (!(await FieldKept.unsent(known)) || (state === "done" && mine !== undefined)) {
      await FieldStore.drop(known.id);
      return null;
    }
    return state === "free" ? known : FieldStore.change(known.id, { state: "stuck", body: null });
  };

  const start = async (shell) => {
    field = $("field");
    form = $("field-form");
    for (const one of field.querySelectorAll("#words > li")) words[one.dataset.word] = one.textContent;
    const made = shell || fresh();
    if (!shell) await FieldKept.tidy();
    draft = (await FieldStore.read(made.id)) || null;
    if (!shell) draft = await judged(draft);
    if (form) {
      draft = draft || (await FieldStore.begin(made));
      // A browser may clear what was not looked at for a while, unless it is asked to keep it.
      navigator.storage?.persist?.().catch(() => {});
      // The page itself is kept with its draft: without a network it is shown again from there.
      const { page, name } = made;
      if (!shell) draft = (await FieldStore.change(draft.id, { page, name, savedAt: Date.now() })) || draft;
      if (draft.raw) fill(draft.raw);
      form.addEventListener("submit", handIn);
      form.addEventListener("input", () => void keep());
      takePhotos();
      if (form.querySelector("[data-field=signature]")) sign();
    }
    $("send-now").addEventListener("click", () => void send());
    $("edit-again").addEventListener("click", async () => {
      const changed = await FieldStore.change(draft.id, { state: "open" }, draft.state);
      if (!changed) return gone();
      draft = changed;
      await draw();
    });
    $("give-up").addEventListener("click", async () => {
      await FieldStore.drop(draft.id);
      channel?.postMessage("changed");
      location.reload();
    });
    window.addEventListener("online", () => (network(), void send()));
    for (const [target, kind] of [[document, "visibilitychange"], [window, "pageshow"]]) target.addEventListener(kind, leaveToOthers);
    window.addEventListener("offline", network);
    channel?.addEventListener("message", async () => {
      if (draft === null || busy) return;
      const now = await FieldStore.read(draft.id);
      if (!now) return gone();
      draft = now;
      await draw();
    });
    await draw();
    if (draft && (draft.state === "queued" || draft.state === "received")) {
      if (draft.state === "queued") tell("waiting");
      if (navigator.onLine) await send();
    } else if (draft && draft.told && !$("act-refused")) tellErrors({}, draft.told);
    field.dataset.ready = "yes";
  };

  /** Somebody else has signed in here meanwhile, or the writer has signed out: what is on the screen is not for them. */
  const leaveToOthers = () => {
    const who = FieldKept.who();
    if (who && who !== field.dataset.person) location.reload();
  };

  /** The shell: opened without a network at the address of a task, or at its own. Shows nobody what another wrote. */
  const restore = async () => {
    await FieldKept.tidy();
    const task = location.pathname.split("/").pop();
    const here = await FieldStore.read(`${FieldKept.who()}/${task}`);
    if (here) {
      $("main").innerHTML = here.page;
      await start(here);
      return;
    }
    const found = await FieldKept.draw();
    show("nothing-kept", found.own === 0);
    $("shell").dataset.ready = "yes";
  };

  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/desk/field/sw.js").catch(() => {});
  if ($("shell")) void restore();
  else if ($("field")) void start(null);
})();
