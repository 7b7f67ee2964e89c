"use strict";
// Tables sort by their heads, and the list of students filters. The address may say how it starts:
// #sort=percent&order=descending&filter=anna&show=odd
(() => {
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  // The rows as they were come first, so that equal ones keep their order.
  const sort = (table, head, order) => {
    const column = head.cellIndex;
    const body = table.tBodies[0];
    const isNumber = head.classList.contains("number");
    const value = (row) => {
      const cell = row.cells[column];
      const text = cell.dataset.value ?? cell.textContent;
      return isNumber ? (cell.dataset.value === undefined ? -Infinity : Number(text)) : text;
    };
    const compare = isNumber ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : collator.compare;
    const sign = order === "descending" ? -1 : 1;
    const rows = Array.from(body.rows, (row) => [value(row), row]);
    rows.sort(([a], [b]) => sign * compare(a, b));
    body.append(...rows.map(([, row]) => row));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
  };

  const makeSortable = (table) => {
    for (const head of table.querySelectorAll("th[data-key]")) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const first = head.classList.contains("number") ? "descending" : "ascending";
        const other = first === "ascending" ? "descending" : "ascending";
        sort(table, head, head.getAttribute("aria-sort") === first ? other : first);
      });
    }
  };

  const makeFilter = (form, table) => {
    const rows = Array.from(table.tBodies[0].rows, (row) => [row, row.cells[0].textContent.toLowerCase()]);
    const place = (key) => table.querySelector(`th[data-key=${key}]`).cellIndex;
    const [percent, odd] = [place("percent"), place("odd")];
    const shows = {
      full: (row) => Number(row.cells[percent].dataset.value) >= 100,
      low: (row) => Number(row.cells[percent].dataset.value) < 50,
      odd: (row) => Number(row.cells[odd].dataset.value) > 0,
    };
    const apply = () => {
      const wanted = form.elements.filter.value.trim().toLowerCase();
      const isShown = shows[form.elements.show.value] ?? (() => true);
      let count = 0;
      for (const [row, text] of rows) {
        row.hidden = !(text.includes(wanted) && isShown(row));
        count += row.hidden ? 0 : 1;
      }
      form.querySelector("output").textContent = `${count} of ${rows.length}`;
    };
    form.addEventListener("input", apply);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.hidden = false;
    apply();
    return apply;
  };

  const students = document.querySelector("table.filtered");
  const form = document.querySelector("form.filter");
  document.querySelectorAll("table.sortable").forEach(makeSortable);
  const apply = form && students && makeFilter(form, students);

  const start = () => {
    const wish = new URLSearchParams(location.hash.slice(1));
    if (!apply || !location.hash.includes("=")) return;
    form.elements.filter.value = wish.get("filter") ?? "";
    form.elements.show.value = wish.get("show") ?? "";
    apply();
    const heads = Array.from(students.querySelectorAll("th[data-key]"));
    const head = heads.find((head) => head.dataset.key === wish.get("sort"));
    if (head) sort(students, head, wish.get("order") === "descending" ? "descending" : "ascending");
  };
  addEventListener("hashchange", start);
  start();

  // Paper cannot be unfolded.
  const folded = () => document.querySelectorAll("details:not([open])");
  addEventListener("beforeprint", () => folded().forEach((one) => { one.open = true; one.dataset.printed = ""; }));
  addEventListener("afterprint", () => document.querySelectorAll("details[data-printed]").forEach((one) => {
    one.open = false;
    delete one.dataset.printed;
  }));
})();
