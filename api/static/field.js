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

  const line = (tag, text, className) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
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
          const link = line("a", label ? `${label.firstChild.textContent.trim()}${colon}${told}` : told);
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
    status.textContent = word(name, values) + (more ? ` ${more}` : "");
  };

  const network = () => {
    const tag = $("network");
    tag.textContent = word(navigator.onLine ? "online" : "offline");
    tag.className = navigator.onLine ? "tag tag--ok" : "tag tag--warn";
    tag.hidden = false;
  };

  const drawPhoto = async (photo) => {
    const item = document.createElement("li");
    item.className = "photo";
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 104;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${word(photo.kind)}${colon}${photo.name}`);
    const about = document.createElement("div");
    about.append(line("b", word(photo.kind)), " ", line("span", photo.name, "meta"));
    const meta = line("p", word("taken", { time: photo.takenText }), "meta");
    meta.append(document.createElement("br"), line("span", word(photo.sent ? "photo_sent" : "photo_kept"), "tag tag--half"));
    if (photo.sha256) {
      const digest = line("span", `SHA-256 ${photo.sha256.slice(0, 8)}…${photo.sha256.slice(-8)}`, "mono");
      meta.append(document.createElement("br"), digest);
    }
    about.append(meta);
    if (photo.told) about.append(line("p", photo.told, "err"));
    const remove = line("button", word("remove"), "btn btn--s");
    remove.type = "button";
    remove.setAttribute("aria-label", `${word("remove")}${colon}${photo.name}`);
    remove.addEventListener("click", async () => {
      await FieldStore.dropPhoto(photo.id);
      await drawPhotos();
    });
    if (draft.state === "open") about.append(remove);
    item.append(canvas, about);
    try {
      const picture = await createImageBitmap(photo.blob);
      const side = Math.max(picture.width, picture.height);
      const [width, height] = [picture.width, picture.height].map((n) => (n * 104) / side);
      const at = [(104 - width) / 2, (104 - height) / 2];
      canvas.getContext("2d").drawImage(picture, at[0], at[1], width, height);
    } catch (error) {
      // Not a picture: the bureau says so when it is sent.
    }
    return item;
  };

  const drawPhotos = async () => {
    const kept = draft ? await FieldStore.photos(draft.id) : [];
    const list = $("kept-photos");
    if (!list) return kept.length;
    const told = kept.map((photo) => ({ ...photo, takenText: new Date(photo.takenAt).toLocaleString(document.documentElement.lang) }));
    list.replaceChildren(...(await Promise.all(told.map(drawPhoto))));
    list.hidden = kept.length === 0;
    return kept.length;
  };

  /** The page as the draft stands. */
  const draw = async () => {
    const kept = await drawPhotos();
    const waits = draft !== null && draft.state !== "open";
    show("waiting", waits);
    show("edit-again", waits && form !== null);
    show("give-up", draft !== null && draft.state === "stuck");
    if (form) form.inert = waits;
    show("form-body", !waits || form === null);
    if (waits) {
      $("waiting-tag").textContent = word(draft.state === "stuck" ? "stuck_tag" : "queued_tag", { n: kept + 1 });
      $("waiting-tag").className = draft.state === "stuck" ? "tag tag--bad" : "tag tag--half";
      if (draft.state === "stuck") tell("stuck", {}, draft.told);
    }
    network();
  };

  // -- keeping and sending -----------------------------------------------------------------------------

  const keep = async () => {
    if (draft === null || draft.state !== "open") return;
    const changed = await FieldStore.change(draft.id, { raw: rawOf(), savedAt: Date.now() });
    if (changed) draft = changed;
    const saved = $("saved");
    saved.textContent = word("saved", { time: new Date().toLocaleTimeString(document.documentElement.lang) });
    saved.hidden = false;
  };

  const finished = () => {
    draft = null;
    show("form-body", false);
    show("waiting", false);
    show("sent-errors", false);
    show("sent", true);
    $("sent").focus();
    channel?.postMessage("changed");
  };

  const send = async () => {
    if (busy || draft === null || draft.state === "open") return;
    busy = true;
    tell("sending");
    try {
      const outcome = await FieldSender.send(draft.id);
      const now = await FieldStore.read(draft.id);
      if (outcome.what === "sent" || !now) {
        finished();
        return;
      }
      draft = now;
      await draw();
      if (outcome.what === "refused") tellErrors(outcome.errors || {}, outcome.text);
      else if (outcome.what !== "lost") tell(outcome.what);
    } finally {
      busy = false;
      channel?.postMessage("changed");
    }
  };

  const handIn = async (event) => {
    event.preventDefault();
    if (busy) return;
    show("sent-errors", false);
    const raw = rawOf();
    const changed = await FieldStore.change(draft.id, { raw, body: bodyOf(raw), state: "queued", told: "" });
    if (!changed) {
      finished();
      return;
    }
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

  // -- a signature on the screen ------------------------------------------------------------------------

  const sign = () => {
    const canvas = $("signature-pad");
    const pen = canvas.getContext("2d");
    let drawing = false;
    let strokes = 0;
    const clear = () => {
      pen.fillStyle = "#fff";
      pen.fillRect(0, 0, canvas.width, canvas.height);
      pen.strokeStyle = "#000";
      pen.lineWidth = 3;
      pen.lineCap = "round";
      strokes = 0;
    };
    const at = (event) => {
      const box = canvas.getBoundingClientRect();
      return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
    };
    canvas.addEventListener("pointerdown", (event) => {
      drawing = true;
      canvas.setPointerCapture(event.pointerId);
      pen.beginPath();
      pen.moveTo(...at(event));
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!drawing) return;
      pen.lineTo(...at(event));
      pen.stroke();
      strokes += 1;
    });
    for (const kind of ["pointerup", "pointercancel"]) canvas.addEventListener(kind, () => (drawing = false));
    $("clear-signature").addEventListener("click", clear);
    $("keep-signature").addEventListener("click", () => {
      if (!strokes) {
        $("signature-told").textContent = word("sign_first");
        return;
      }
      const taken = stamp(Date.now());
      canvas.toBlob(async (blob) => {
        await addPhoto(blob, "signature", "signature.png", taken);
        const signed = form.querySelector("input[name=signature][value=signed]");
        if (signed) signed.checked = true;
        await keep();
        $("signature-told").textContent = word("signature_kept");
        clear();
      }, "image/png");
    });
    clear();
    show("sign", true);
  };

  // -- beginning ----------------------------------------------------------------------------------------

  const fresh = () => {
    const page = $("main").cloneNode(true);
    // A token is good for one sign-in only; a new one is asked for before anything is sent.
    for (const token of page.querySelectorAll("input[name=csrf_token]")) token.remove();
    const { person, task } = field.dataset;
    return { id: `${person}/${task}`, person, task, page: page.innerHTML };
  };

  const start = async (shell) => {
    field = $("field");
    form = $("field-form");
    for (const one of field.querySelectorAll("#words > li")) words[one.dataset.word] = one.textContent;
    const made = shell || fresh();
    if (form) {
      draft = await FieldStore.begin(made);
      // The page itself is kept with its draft: without a network it is shown again from there.
      if (!shell) draft = (await FieldStore.change(draft.id, { page: made.page })) || draft;
      if (draft.raw) fill(draft.raw);
      form.addEventListener("submit", handIn);
      form.addEventListener("input", () => void keep());
      takePhotos();
      if (form.querySelector("[data-field=signature]")) sign();
    } else draft = (await FieldStore.read(made.id)) || null;
    $("send-now").addEventListener("click", () => void send());
    $("edit-again").addEventListener("click", async () => {
      draft = await FieldStore.change(draft.id, { state: "open" });
      if (!draft) finished();
      else await draw();
    });
    $("give-up").addEventListener("click", async () => {
      await FieldStore.drop(draft.id);
      location.reload();
    });
    window.addEventListener("online", () => (network(), void send()));
    window.addEventListener("offline", network);
    channel?.addEventListener("message", async () => {
      if (draft === null || busy) return;
      const now = await FieldStore.read(draft.id);
      if (!now) finished();
      else {
        draft = now;
        await draw();
      }
    });
    await draw();
    if (draft && draft.state === "queued") {
      tell("waiting");
      if (navigator.onLine) await send();
    }
    field.dataset.ready = "yes";
  };

  /** The shell: opened without a network at the address of a task, or at its own. */
  const restore = async () => {
    const task = location.pathname.split("/").pop();
    const known = await FieldStore.all();
    const here = known.find((one) => one.task === task);
    if (here) {
      $("main").innerHTML = here.page;
      await start(here);
      return;
    }
    const list = $("kept-drafts");
    for (const one of known) {
      const item = document.createElement("li");
      const link = line("a", new DOMParser().parseFromString(one.page, "text/html").querySelector("h1").textContent);
      link.href = `/desk/field/${one.task}`;
      item.append(link);
      list.append(item);
    }
    show("nothing-kept", known.length === 0);
    $("shell").dataset.ready = "yes";
  };

  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/desk/field/sw.js").catch(() => {});
  if ($("shell")) void restore();
  else if ($("field")) void start(null);
})();
