/** Files in messages: a card to open them, and for text and local pictures a look inside. */
import { el, fill, plain } from "./dom.js";
import { icon } from "./icons.js";
import { drawable } from "./links.js";
import { state } from "./store.js";

const PREVIEW_LINES = 12;
const PREVIEW_BYTES = 200_000;

/** The address under which this page may fetch the file; null when it is not this workspace's. */
function addressOf(file) {
  const given = file.url_private_download ?? file.url_private;
  if (!given || !drawable(given)) return null;
  const url = new URL(given, location.href);
  url.searchParams.set("as", state.me);
  return url.href;
}

/** "1.2 kB" */
function size(bytes) {
  if (!Number.isFinite(bytes)) return "";
  return bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

/** One file of a message as a node. */
export function fileCard(file) {
  const address = addressOf(file);
  const name = plain(file.title || file.name || "File");
  const kind = [file.pretty_type || file.filetype || file.mimetype, size(file.size)].filter(Boolean).join(" · ");
  const head = el(
    "div.file-head",
    null,
    icon("file"),
    el("div.file-words", null, address ? el("a.file-name", { href: address, target: "_blank", rel: "noopener" }, name) : el("span.file-name", null, name), el("span.file-kind", null, kind)),
  );
  const node = el("div.file", null, head);
  if (address && /^image\/(png|jpeg|gif|webp)$/.test(file.mimetype ?? "")) node.append(el("img.picture", { src: address, alt: plain(file.alt_txt || name), loading: "lazy" }));
  if (address && /^text\/|json|yaml/.test(file.mimetype ?? "") && (file.size ?? 0) < PREVIEW_BYTES) node.append(preview(address));
  return node;
}

function preview(address) {
  const node = el("pre.file-preview", { tabIndex: 0, "aria-label": "Preview" });
  fetch(address)
    .then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))))
    .then((text) => {
      const lines = text.split("\n");
      fill(node, lines.slice(0, PREVIEW_LINES).join("\n"), lines.length > PREVIEW_LINES ? `\n… ${lines.length - PREVIEW_LINES} more lines` : null);
    })
    .catch((error) => fill(node, `The file cannot be shown (${error.message}).`));
  return node;
}
