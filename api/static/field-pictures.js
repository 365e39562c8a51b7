"use strict";
/* Pictures of the inspector's page: photos that are kept with the draft, and a signature drawn on the screen. */
const FieldPictures = (() => {
  const SIDE = 104;

  const line = (tag, text, className) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const about = (photo, { word, colon, remove }) => {
    const box = document.createElement("div");
    box.append(line("b", word(photo.kind)), " ", line("span", photo.name, "meta"));
    const meta = line("p", word("taken", { time: photo.takenText }), "meta");
    meta.append(document.createElement("br"), line("span", word(photo.sent ? "photo_sent" : "photo_kept"), "tag tag--half"));
    if (photo.sha256) {
      const digest = line("span", `SHA-256 ${photo.sha256.slice(0, 8)}…${photo.sha256.slice(-8)}`, "mono");
      meta.append(document.createElement("br"), digest);
    }
    box.append(meta);
    if (photo.told) box.append(line("p", photo.told, "err"));
    if (!remove) return box;
    const button = line("button", word("remove"), "btn btn--s");
    button.type = "button";
    button.setAttribute("aria-label", `${word("remove")}${colon}${photo.name}`);
    button.addEventListener("click", () => void remove(photo.id));
    box.append(button);
    return box;
  };

  /** A kept photo in the list; `remove` takes it out, null where it is to stay. */
  const item = async (photo, how) => {
    const element = document.createElement("li");
    element.className = "photo";
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${how.word(photo.kind)}${how.colon}${photo.name}`);
    element.append(canvas, about(photo, how));
    try {
      const picture = await createImageBitmap(photo.blob);
      const side = Math.max(picture.width, picture.height);
      const [width, height] = [picture.width, picture.height].map((n) => (n * SIDE) / side);
      const at = [(SIDE - width) / 2, (SIDE - height) / 2];
      canvas.getContext("2d").drawImage(picture, at[0], at[1], width, height);
    } catch (error) {
      // Not a picture: the bureau says so when it is sent.
    }
    return element;
  };

  /** Lets the pad be signed. `kept` takes the picture; `tell` says what is missing or done. */
  const sign = (canvas, { keep, clear, tell, kept }) => {
    const pen = canvas.getContext("2d");
    let drawing = false;
    let strokes = 0;
    const wipe = () => {
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
    clear.addEventListener("click", wipe);
    keep.addEventListener("click", () => {
      if (!strokes) {
        tell("sign_first");
        return;
      }
      canvas.toBlob(async (blob) => {
        await kept(blob);
        tell("signature_kept");
        wipe();
      }, "image/png");
    });
    wipe();
  };

  return { line, item, sign };
})();
