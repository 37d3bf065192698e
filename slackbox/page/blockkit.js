/** Block Kit: blocks as nodes. Blocks that an edit did not change keep their nodes. */
import { el, patchChildren, plain } from "./dom.js";
import { elementNode, imageNode, reporter } from "./elements.js";
import { fileCard } from "./files.js";
import { markdown } from "./markdown.js";
import { plainText, textNode } from "./mrkdwn.js";
import { richText } from "./richtext.js";

/** Draws `blocks` into `parent`, changing only what differs from what it already shows. */
export function drawBlocks(parent, blocks, surface) {
  surface.take(blocks ?? []);
  patchChildren(
    parent,
    (blocks ?? []).map((block) => ({
      sig: signature(block),
      make: () => blockNode(block, surface),
      keep: (node) => (node.ref.block = block),
    })),
  );
}

// Ids given by the server change with every edit and are never seen.
const signature = ({ block_id: _, ...rest }) => JSON.stringify(rest);

/** One block as a node; `node.ref.block` is the block it stands for now. */
function blockNode(block, surface) {
  const ref = { block };
  const make = MAKERS[block.type];
  const inner = make ? make(block, { surface, ref }) : el("div.unknown", null, `A “${plain(block.type)}” block, which slackbox does not draw`);
  const node = el(`div.block.block-${String(block.type).replace(/\W/g, "")}`, null, inner);
  node.ref = ref;
  return node;
}

function problem() {
  const node = el("div.problem", { role: "alert", hidden: true });
  return [node, reporter(node)];
}

function header(block) {
  return el("div.header-text", { role: "heading", "aria-level": "3", dir: "auto" }, plainText(block.text));
}

function section(block, place) {
  const [node, report] = problem();
  const accessory = block.accessory && elementNode(block.accessory, { ...place, report, dispatch: true });
  return [
    el(
      "div.section",
      null,
      el(
        "div.section-words",
        null,
        textNode(block.text, "div"),
        block.fields?.length ? el("div.fields", null, block.fields.map((field) => textNode(field, "div"))) : null,
      ),
      accessory ? el("div.accessory", null, accessory) : null,
    ),
    node,
  ];
}

function actions(block, place) {
  const [node, report] = problem();
  return [el("div.actions", null, (block.elements ?? []).map((element) => elementNode(element, { ...place, report, dispatch: true }))), node];
}

function context(block) {
  return el("div.context", null, (block.elements ?? []).map((one) => (one.type === "image" ? imageNode(one, ".context-image") : textNode(one))));
}

function image(block) {
  return el("figure", null, block.title ? el("figcaption", null, plainText(block.title)) : null, imageNode(block, ".picture"));
}

function input(block, place) {
  const [node, report] = problem();
  const label = String(block.label?.text ?? "");
  const element = elementNode(block.element, { ...place, report, label: plain(label), dispatch: block.dispatch_action === true });
  place.ref.report = report;
  return el(
    "div.input",
    null,
    el("div.label", { dir: "auto" }, plainText(block.label), block.optional ? el("span.optional", null, " (optional)") : null),
    element,
    block.hint ? el("div.hint", null, plainText(block.hint)) : null,
    node,
  );
}

function table(block) {
  const settings = block.column_settings ?? [];
  const cell = (one, column, tag) => {
    const words = one.type === "rich_text" ? richText(one) : el("span", { dir: "auto" }, plain(one.text));
    const align = { center: ".center", right: ".right" }[settings[column]?.align] ?? "";
    return el(`${tag}${align}${settings[column]?.is_wrapped ? ".wrapped" : ""}`, null, words);
  };
  const [head, ...rows] = block.rows ?? [];
  return el(
    "div.table-scroll",
    { tabIndex: 0, role: "region", "aria-label": "Table" },
    el(
      "table.grid-table",
      null,
      el("thead", null, el("tr", null, (head ?? []).map((one, column) => cell(one, column, "th")))),
      el("tbody", null, rows.map((row) => el("tr", null, row.map((one, column) => cell(one, column, "td"))))),
    ),
  );
}

function alert(block) {
  const level = { warning: ".warning", error: ".error", danger: ".error", success: ".success" }[block.level ?? block.style] ?? ".info";
  return el(`div.notice${level}`, null, textNode(block.text));
}

const MAKERS = {
  header,
  section,
  actions,
  context,
  image,
  input,
  table,
  alert,
  divider: () => el("hr"),
  rich_text: richText,
  markdown: (block) => el("div.markdown.text", null, markdown(block.text)),
  file: (block) => fileCard(block.file ?? { title: block.external_id }),
};
