"use strict";
/* What lies on this telephone: whose it is, how long it stays, what of it is shown to whom (docs/adr/0018). */
const FieldKept = (() => {
  const MONTH = 30 * 24 * 3600 * 1000;
  // Nobody waits for these: they were not handed in, or not taken.
  const UNQUEUED = new Set(["open", "stuck"]);
  const $ = (id) => document.getElementById(id);

  /** Who is signed in on this telephone, as the bureau last said: an opaque id, also without a network. */
  const who = () => (document.cookie.match(/(?:^|; )field=([^;]*)/) || [])[1] || "";

  /** Whether something would be lost with the draft: more than a page that was opened. */
  const unsent = async (draft) => draft.state !== "open" || draft.raw !== null || (await FieldStore.count(draft.id)) > 0;

  /** Deletes what was not looked at for a month; on leaving, also what was opened and never filled in. */
  const tidy = async (leaving = false) => {
    for (const one of await FieldStore.all()) {
      // Begun before drafts had a date: their month begins now.
      if (!one.savedAt) await FieldStore.change(one.id, { savedAt: Date.now() });
      const old = one.savedAt && Date.now() - one.savedAt > MONTH;
      if ((old && UNQUEUED.has(one.state)) || (leaving && !(await unsent(one)))) await FieldStore.drop(one.id);
    }
    await FieldStore.dropStrays();
  };

  /** What the case is called, and its number: of one unit there may be several. */
  const title = (draft) => {
    const page = new DOMParser().parseFromString(draft.page || "", "text/html");
    const told = ["h1", ".page-head .no"].map((part) => page.querySelector(part)?.textContent).filter(Boolean);
    return told.join(" ") || draft.task;
  };

  const item = (...parts) => {
    const element = document.createElement("li");
    element.append(...parts);
    return element;
  };

  /** Lists one's own records by name and state, those of others by number alone; says how many of either there are. */
  const draw = async (except = "") => {
    const found = { own: 0, others: 0 };
    if (!$("kept")) return found;
    const words = {};
    for (const one of document.querySelectorAll("#kept-words > li")) words[one.dataset.word] = one.textContent;
    const me = who();
    const items = [];
    const others = new Map();
    for (const one of await FieldStore.all()) {
      if (one.id === except) continue;
      if (one.person === me) {
        const link = document.createElement("a");
        link.href = `/desk/field/${one.task}`;
        link.textContent = title(one);
        const state = document.createElement("span");
        state.className = "tag";
        state.textContent = words[one.state];
        items.push(item(link, " ", state));
        found.own += 1;
      } else if (await unsent(one)) {
        const known = others.get(one.person) || { name: one.name || words.somebody, n: 0 };
        others.set(one.person, { ...known, n: known.n + 1 });
        found.others += 1;
      }
    }
    for (const { name, n } of others.values()) items.push(item(words.others.replace("{name}", name).replace("{n}", n)));
    $("kept-drafts").replaceChildren(...items);
    $("kept").hidden = items.length === 0;
    $("wipe").onclick = async () => {
      await FieldStore.wipe();
      if ("BroadcastChannel" in window) new BroadcastChannel("banjian-field").postMessage("changed");
      location.reload();
    };
    return found;
  };

  /** The step before signing out: with nothing unsent it is none. Only from a page of ours: a link from elsewhere signs nobody out. */
  const leave = async () => {
    await tidy(true);
    const left = await draw();
    if (left.own + left.others === 0 && document.referrer.startsWith(`${location.origin}/`)) $("leave").submit();
    $("leaving").dataset.ready = "yes";
  };

  if ($("leaving")) void leave();
  return { who, unsent, tidy, draw };
})();
