/** The line icons of the interface, drawn on a 20 by 20 grid. */

const SHAPES = {
  hash: ["M7.5 3.5 6 16.5", "M14 3.5 12.5 16.5", "M3.5 7.5h13.5", "M3 12.5h13.5"],
  reply: ["M4 4.5h12a1.5 1.5 0 0 1 1.5 1.5v7a1.5 1.5 0 0 1-1.5 1.5H9.5L6 17.5v-3H4A1.5 1.5 0 0 1 2.5 13V6A1.5 1.5 0 0 1 4 4.5Z", "M6.5 8h7", "M6.5 11h4.5"],
  smile: ["M10 2.8a7.2 7.2 0 1 0 0 14.4 7.2 7.2 0 0 0 0-14.4Z", "M7.5 8v.5", "M12.5 8v.5", "M6.8 11.7c1.6 2.4 4.8 2.4 6.4 0"],
  more: ["M10 4.6v.4", "M10 9.8v.4", "M10 15v.4"],
  dots: ["M4.6 10h.4", "M9.8 10h.4", "M15 10h.4"],
  bolt: ["M11 2.5 4.5 11.2h4.8L8.6 17.5l6.9-9h-5Z"],
  send: ["M3.5 16.8 17 10 3.5 3.2l1.7 5.6L11 10l-5.8 1.2Z"],
  close: ["m5 5 10 10", "M15 5 5 15"],
  down: ["m5.5 8 4.5 4.5L14.5 8"],
  right: ["m8 5.5 4.5 4.5L8 14.5"],
  check: ["m4.5 10.5 3.8 3.8 7.2-8.3"],
  at: ["M10 6.8a3.2 3.2 0 1 0 0 6.4 3.2 3.2 0 0 0 0-6.4Z", "M13.2 7v4.2c0 2.6 3.6 2.6 3.6-1.2a6.8 6.8 0 1 0-2.8 5.5"],
  eye: ["M2.5 10c3.6-6 11.4-6 15 0-3.6 6-11.4 6-15 0Z", "M10 7.7a2.3 2.3 0 1 0 0 4.6 2.3 2.3 0 0 0 0-4.6Z"],
  people: ["M7.5 10a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z", "M2.5 16.5c.4-5 9.6-5 10 0", "M13 4.3a2.8 2.8 0 0 1 0 5.4", "M14.5 12c1.9.6 3 2.1 3 4.5"],
  file: ["M5.5 2.5h6l4 4v11h-10Z", "M11.5 2.5v4h4"],
  play: ["M6.5 4.2v11.6l9-5.8Z"],
};

/** An icon by name; it says nothing to a screen reader, so its button needs an aria-label. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", `icon icon-${name}`);
  svg.setAttribute("aria-hidden", "true");
  for (const shape of SHAPES[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}
