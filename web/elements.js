// @ts-check
/** Makes and changes parts of the page. Text always goes in as text, never as markup. */

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean | null>} Attributes false and null leave one out */
/** @typedef {Node | string | null} Child */

/** @param {string} id */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`index.html has no #${id}`);
  return found;
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function h(tag, attributes, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/**
 * @template {keyof SVGElementTagNameMap} K
 * @param {K} tag
 * @param {Attributes} attributes
 * @param {Child[]} children
 * @returns {SVGElementTagNameMap[K]}
 */
export function s(tag, attributes, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

/**
 * @template {Element} E
 * @param {E} element
 * @param {Attributes} attributes
 * @param {Child[]} children
 */
function dress(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false && value !== null) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** @type {WeakMap<HTMLElement, Map<string, {looks: string, element: HTMLElement}>>} */
const shown = new WeakMap();

/**
 * Makes `list` show `items` in order. What looks as before stays the same element, so that focus,
 * selection and scrolling survive the page filling by itself.
 * @template T
 * @param {HTMLElement} list
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @param {(item: T) => string} looks changes whenever the element would
 * @param {(item: T) => HTMLElement} build
 */
export function fill(list, items, key, looks, build) {
  const before = shown.get(list) ?? new Map();
  const after = new Map();
  for (const item of items) {
    const known = before.get(key(item));
    const wanted = looks(item);
    after.set(key(item), known?.looks === wanted ? known : { looks: wanted, element: build(item) });
  }
  const elements = [...after.values()].map((entry) => entry.element);
  const kept = new Set(elements);
  for (const child of [...list.children]) if (!kept.has(/** @type {HTMLElement} */ (child))) child.remove();
  elements.forEach((element, index) => {
    if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null);
  });
  shown.set(list, after);
}
