"use strict";
/* Records made on the spot, kept on the device until the bureau has them (docs/adr/0018). Nothing from elsewhere, no library.

   A draft has one key from its beginning: whatever is sent again, from any tab, is the same act. A photo has one of its own.
   States: open (being filled in), queued (handed in here, not yet there), received (there, not yet decided: kept until it is),
   stuck (somebody must decide what becomes of it). */
const FieldStore = (() => {
  const DRAFTS = "drafts";
  const PHOTOS = "photos";
  let opened = null;

  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });

  const base = () => {
    if (opened === null) {
      const asked = indexedDB.open("banjian-field", 1);
      asked.onupgradeneeded = () => {
        asked.result.createObjectStore(DRAFTS, { keyPath: "id" });
        asked.result.createObjectStore(PHOTOS, { keyPath: "id" }).createIndex("draft", "draft");
      };
      opened = done(asked);
    }
    return opened;
  };

  /** Done when the database has it for good. */
  const over = (changes) =>
    new Promise((resolve, reject) => {
      changes.oncomplete = () => resolve();
      changes.onabort = changes.onerror = () => reject(changes.error);
    });

  const both = async () => (await base()).transaction([DRAFTS, PHOTOS], "readwrite");
  const store = async (name, mode) => (await base()).transaction(name, mode).objectStore(name);
  const newKey = () => {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
  };

  /** The draft, begun where there is none: look and begin are one transaction, so two tabs have one key. */
  const begin = async (fresh) => {
    const drafts = await store(DRAFTS, "readwrite");
    const known = await done(drafts.get(fresh.id));
    if (known) return known;
    const made = { ...fresh, key: newKey(), state: "open", raw: null, body: null, told: "", act: "", savedAt: Date.now() };
    await done(drafts.put(made));
    return made;
  };
  const read = async (id) => done((await store(DRAFTS, "readonly")).get(id));
  const all = async () => done((await store(DRAFTS, "readonly")).getAll());

  /** Changes a draft that is still there, and still in the state where one is named; null where another tab is through with it. */
  const change = async (id, values, state = "") => {
    const drafts = await store(DRAFTS, "readwrite");
    const known = await done(drafts.get(id));
    if (!known) return null;
    if (state && known.state !== state) return known;
    const changed = { ...known, ...values };
    await done(drafts.put(changed));
    return changed;
  };

  const photos = async (id) => {
    const index = (await store(PHOTOS, "readonly")).index("draft");
    const found = await done(index.getAll(id));
    return found.sort((a, b) => a.addedAt - b.addedAt);
  };
  const putPhoto = async (photo) => done((await store(PHOTOS, "readwrite")).put(photo));
  const dropPhoto = async (id) => done((await store(PHOTOS, "readwrite")).delete(id));

  const count = async (id) => done((await store(PHOTOS, "readonly")).index("draft").count(id));

  /** The draft with its photos, or none of it. */
  const drop = async (id) => {
    const changes = await both();
    const held = changes.objectStore(PHOTOS);
    changes.objectStore(DRAFTS).delete(id);
    for (const key of await done(held.index("draft").getAllKeys(id))) held.delete(key);
    await over(changes);
  };

  /** Photos without a draft: taken in while another tab was through with it. */
  const dropStrays = async () => {
    const changes = await both();
    const drafts = new Set(await done(changes.objectStore(DRAFTS).getAllKeys()));
    const held = changes.objectStore(PHOTOS);
    const asked = held.index("draft").openKeyCursor();
    asked.onsuccess = () => {
      const place = asked.result;
      if (!place) return;
      if (!drafts.has(place.key)) held.delete(place.primaryKey);
      place.continue();
    };
    await over(changes);
  };

  /** Everything of everybody. */
  const wipe = async () => {
    const changes = await both();
    changes.objectStore(DRAFTS).clear();
    changes.objectStore(PHOTOS).clear();
    await over(changes);
  };

  /** The same picture twice is one photo here too. */
  const addPhoto = async (draft, { blob, kind, name, takenAt }) => {
    const bytes = await blob.arrayBuffer();
    let sha256 = "";
    if (crypto.subtle) {
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      sha256 = Array.from(new Uint8Array(digest), (b) => b.toString(16).padStart(2, "0")).join("");
    }
    const held = await photos(draft);
    if (sha256 && held.some((photo) => photo.sha256 === sha256)) return;
    if (kind === "signature") {
      for (const old of held) if (old.kind === kind && !old.sent) await dropPhoto(old.id);
    }
    await putPhoto({
      id: newKey(),
      draft,
      kind,
      name,
      // A copy: what the camera wrote may be gone when the network is back.
      blob: new Blob([bytes], { type: blob.type }),
      sha256,
      takenAt,
      addedAt: Date.now(),
      sent: "",
      told: "",
    });
  };

  return { begin, read, all, change, count, drop, dropStrays, wipe, photos, addPhoto, putPhoto, dropPhoto, newKey };
})();

const FieldSender = (() => {
  const LATER = new Set(["request_in_progress", "too_many_requests", "unavailable", "internal_error"]);
  const LOST = new Set([
    "task_done", "not_your_task", "claim_lost", "case_closed", "not_accepted_now", "not_found",
    "stale", "wrong_role", "own_case", "term_over",
  ]);

  /** Who is signed in, how the task stands, and a token for forms: read anew, for a sign-in may have lapsed. */
  const look = async (task) => {
    const address = `/desk/field/${task}`;
    const answer = await fetch(address, { headers: { Accept: "text/html" }, cache: "no-store" });
    const elsewhere = answer.redirected && new URL(answer.url).pathname !== address;
    if (elsewhere || answer.status === 401) return { lapsed: true };
    if (answer.status >= 500 || answer.status === 429) throw new TypeError("later");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const field = page.getElementById("field");
    const token = page.querySelector("input[name=csrf_token]");
    return {
      person: field ? field.dataset.person : "",
      state: field ? field.dataset.state : "",
      mine: field ? "mine" in field.dataset : false,
      token: token ? token.value : "",
    };
  };

  const post = async (address, key, token, init) => {
    const headers = { "Idempotency-Key": key, "X-CSRF-Token": token, ...init.headers };
    const answer = await fetch(address, { method: "POST", body: init.body, headers });
    let told = {};
    try {
      told = await answer.json();
    } catch (error) {
      if (answer.ok) throw error;
    }
    if (answer.ok) return { ok: true, told, decided: answer.status !== 202 };
    const code = told.code || `http_${answer.status}`;
    const text = told.detail || told.title || code;
    const errors = {};
    for (const one of told.errors || []) {
      errors[(one.pointer || "").split("/")[1] || ""] = one.detail || one.message || text;
    }
    return { ok: false, code, text, errors, later: answer.status >= 500 || LATER.has(code) };
  };

  const sendPhoto = (task, photo, token) => {
    const body = new FormData();
    body.set("file", photo.blob, photo.name);
    body.set("kind", photo.kind);
    body.set("taken_at", photo.takenAt);
    body.set("sha256", photo.sha256);
    return post(`/api/v1/tasks/${task}/photos`, photo.id, token, { body });
  };

  const sendRecord = (draft, photos, token) => {
    const digests = [...draft.body.photos, ...photos.map((photo) => photo.sent)];
    const body = JSON.stringify({ ...draft.body, photos: [...new Set(digests)] });
    const headers = { "Content-Type": "application/json", "If-Match": "*" };
    return post(`/api/v1/tasks/${draft.task}/complete`, draft.key, token, { headers, body });
  };

  /** What the case said to a record that the bureau has received. */
  const decided = async (draft) => {
    const answer = await fetch(draft.act, { headers: { Accept: "application/json" }, cache: "no-store" });
    if (answer.status === 401) return { what: "lapsed" };
    if (!answer.ok) return { what: "received" };
    const act = await answer.json();
    if (act.state === "refused") return { what: "refused", text: act.refusal.detail, errors: {} };
    if (act.state !== "applied") return { what: "received" };
    await FieldStore.drop(draft.id);
    return { what: "sent" };
  };

  /** One round. Says what became of it: sent, received (not yet decided), waiting (network), lapsed, stranger (somebody else is
      signed in), barred (whoever is cannot open the task), lost, refused (with errors), idle. */
  const round = async (id, again = true) => {
    const draft = await FieldStore.read(id);
    if (!draft || draft.state === "open") return { what: "idle" };
    // Never handed in: put right on the page first.
    if (!draft.body) return { what: "lost", text: draft.told };
    try {
      const seen = await look(draft.task);
      if (seen.lapsed) return { what: "lapsed" };
      if (!seen.person) return { what: "barred" };
      if (seen.person !== draft.person) return { what: "stranger" };
      if (draft.state === "received") return await decided(draft);
      const through = seen.state === "done" || seen.state === "deciding";
      for (const photo of await FieldStore.photos(id)) {
        if (photo.sent) continue;
        const answer = await sendPhoto(draft.task, photo, seen.token);
        if (answer.ok) await FieldStore.putPhoto({ ...photo, sent: answer.told.sha256 });
        else if (answer.code === "forged_request" && again) return round(id, false);
        else if (answer.code === "sign_in_required") return { what: "lapsed" };
        else if (answer.later) return { what: "waiting" };
        else if (LOST.has(answer.code)) {
          // Was the record itself through before its answer was lost? It says so under its key.
          if (!through) return { what: "lost", text: answer.text };
        } else {
          const told = Object.values(answer.errors)[0] || answer.text;
          await FieldStore.putPhoto({ ...photo, told });
          return { what: "refused", text: told, errors: { photo: told } };
        }
      }
      const photos = (await FieldStore.photos(id)).filter((photo) => photo.sent);
      const answer = await sendRecord(draft, photos, seen.token);
      if (answer.ok && !answer.decided) {
        await FieldStore.change(id, { state: "received", act: answer.told.act_url, told: "" });
        return { what: "received" };
      }
      if (answer.ok) {
        await FieldStore.drop(id);
        return { what: "sent" };
      }
      if (answer.code === "forged_request" && again) return round(id, false);
      if (answer.code === "sign_in_required") return { what: "lapsed" };
      if (answer.later) return { what: "waiting" };
      if (answer.code === "idempotency_key_reused" && !through) {
        // It was refused once and has been put right since; while the task is open nothing was done under the key.
        await FieldStore.change(id, { key: FieldStore.newKey() });
        return again ? round(id, false) : { what: "waiting" };
      }
      if (LOST.has(answer.code) || answer.code === "idempotency_key_reused") {
        return { what: "lost", text: answer.text };
      }
      return { what: "refused", text: answer.text, errors: answer.errors };
    } catch (error) {
      // No network, or somebody else's page in place of our answer.
      if (error instanceof TypeError || error instanceof SyntaxError) return { what: "waiting" };
      throw error;
    }
  };

  /** Sends what waits, one tab at a time; keeps the outcome with the draft. */
  const send = async (id) => {
    const work = async () => {
      const outcome = await round(id);
      if (outcome.what === "lost") await FieldStore.change(id, { state: "stuck", told: outcome.text });
      if (outcome.what === "refused") {
        // Nothing was done: what is put right is another act.
        await FieldStore.change(id, { state: "open", told: outcome.text, act: "", key: FieldStore.newKey() });
      }
      return outcome;
    };
    return navigator.locks ? navigator.locks.request(`banjian-field:${id}`, work) : work();
  };

  return { look, send };
})();
