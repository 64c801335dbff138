"use strict";
(() => {
  const MISSING = "\u2013";

  // The bytes of a file that the page holds, compressed by gzip, in base 64.
  const bytesOf = async (id) => {
    const text = document.getElementById(id).textContent.trim();
    const small = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const whole = new Blob([small]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(whole).blob();
  };

  const save = (blob, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  };

  for (const link of document.querySelectorAll("a[data-packed]")) {
    link.addEventListener("click", async (event) => {
      event.preventDefault();
      save(await bytesOf(link.dataset.packed), link.download);
    });
  }

  const shown = (value, places) => {
    if (value === null) return MISSING;
    if (places === null || typeof value !== "number") return String(value);
    const text = Math.abs(value).toLocaleString("en", {
      minimumFractionDigits: places, maximumFractionDigits: places,
    });
    return value < 0 ? `\u2212${text}` : text;
  };

  const asText = DataTable.render.text();
  // A column without decimals is text, or numbers that are names: those sort as numbers.
  const column = (rows) => (places, index) => {
    const numeric = rows.every((row) => row[index] === null || typeof row[index] === "number");
    return {
      data: index,
      className: places === null ? "" : "number",
      type: numeric ? "num" : "string",
      render: (value, kind) => {
        if (kind === "sort" || kind === "type") {
          return value === null ? (numeric ? -Infinity : "") : value;
        }
        return asText.display(shown(value, places));
      },
    };
  };

  const start = (table) => {
    const id = table.dataset.rows;
    if (!id || DataTable.isDataTable(table)) return;
    const { places, rows } = JSON.parse(document.getElementById(id).textContent);
    table.tBodies[0].replaceChildren();
    const few = rows.length <= 10;
    new DataTable(table, {
      data: rows,
      columns: places.map(column(rows)),
      order: [],
      autoWidth: false,
      deferRender: true,
      pageLength: 10,
      lengthChange: false,
      layout: {
        topStart: few ? null : "search",
        topEnd: null,
        bottomStart: few ? null : "info",
        bottomEnd: few ? null : "paging",
      },
      language: {
        search: "Filter",
        info: "_START_ to _END_ of _TOTAL_ rows",
        infoFiltered: "(of _MAX_)",
        infoEmpty: "no row",
        zeroRecords: "No row holds this.",
      },
    });
  };

  // A table starts when it is opened: the page itself must not wait for it.
  for (const sheet of document.querySelectorAll("details.sheet")) {
    sheet.addEventListener("toggle", () => {
      if (sheet.open) sheet.querySelectorAll("table[data-rows]").forEach(start);
    });
  }

  // A link into something folded away opens it.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    let folded = target.closest("details:not([open])");
    if (!folded) return;
    for (; folded; folded = folded.parentElement.closest("details:not([open])")) {
      folded.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  for (const button of document.querySelectorAll("button.copy")) {
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copies);
      const told = button.parentElement.querySelector(".copied");
      try {
        await navigator.clipboard.writeText(source.innerText);
        told.textContent = "Copied.";
      } catch {
        getSelection().selectAllChildren(source);
        told.textContent = "The text is selected: press Ctrl+C.";
      }
    });
  }

  const links = new Map(
    [...document.querySelectorAll("nav.sections a[href^='#']")].map((link) => [
      document.getElementById(link.hash.slice(1)), link,
    ]),
  );
  const seen = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting) links.get(target).setAttribute("aria-current", "true");
        else links.get(target).removeAttribute("aria-current");
      }
    },
    { rootMargin: "-45% 0px -50% 0px" },
  );
  for (const section of links.keys()) if (section) seen.observe(section);
})();
