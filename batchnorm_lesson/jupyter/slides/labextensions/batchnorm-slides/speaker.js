/* The show of a plan: a strip that says which of the four steps this is and how much of the time has gone, and the
   speaker's notes in a window of their own, speaker.html, which hears of every slide through a BroadcastChannel. */
const here = import.meta.url;

export function begin(app, panel, turn) {
  document.head.append(Object.assign(document.createElement("link"),
    {rel: "stylesheet", href: here.replace("speaker.js", "speaker.css")}));
  const plan = panel.context.model.getMetadata("plan"), notebook = panel.content, path = panel.context.path;
  const whole = plan.parts.reduce((sum, part) => sum + part.minutes, 0);
  const metadata = cell => cell.model.sharedModel.metadata;
  const kind = cell => metadata(cell).slideshow?.slide_type;
  const begins = () => [...notebook.widgets.keys()].filter(place => kind(notebook.widgets[place]) === "slide");
  const saidOf = number => metadata(notebook.widgets[begins()[number]]).plan;  // its part and its title
  const channel = new BroadcastChannel(`notes of ${path}`);
  const {bar, steps, button} = strip(plan.steps);
  let shown = current();

  // Where one is, and since when

  function current() {
    return Math.max(0, begins().findLastIndex(place => place <= notebook.activeCellIndex));
  }

  // Kept for F5. On the first slide the clock stands at 0, and it starts when that is left.
  const clock = {
    name: `clock of ${path}`,
    get started() { return Number(sessionStorage.getItem(this.name)) || null; },
    start() { sessionStorage.setItem(this.name, Date.now()); },
    stop() { sessionStorage.removeItem(this.name); },
  };

  function moved() {
    const now = current();
    if (now !== shown) {
      shown = now;
      if (!now) clock.stop();
      else if (!clock.started) clock.start();
    }
    tell();
  }

  // What the class sees

  function mark() {
    const {step} = plan.parts[saidOf(shown).part];
    steps.forEach((item, number) => {
      const present = step === "all" || step === plan.steps[number];
      item.textContent = (present ? "▸ " : "") + `${number + 1} ${plan.steps[number]}`;
      item.ariaCurrent = present ? "step" : null;
    });
    button.hidden = shown > 0;
  }

  function lengthen() {
    const gone = clock.started ? (Date.now() - clock.started) / 60000 / whole : 0;
    bar.style.width = `${100 * Math.min(gone, 1)}%`;
  }

  // What the speaker sees

  async function tell() {
    mark();
    lengthen();
    const number = shown, slides = begins(), next = number + 1 < slides.length ? saidOf(number + 1).title : "";
    const notes = await asHtml(panel.content.rendermime, notesOf(slides[number], slides[number + 1]));
    if (number !== shown) return;  // another slide has come meanwhile
    channel.postMessage({plan: plan.name, parts: plan.parts, ...saidOf(number), next, notes, started: clock.started,
      slide: number + 1, slides: slides.length});
  }

  function notesOf(begin, end) {
    return notebook.widgets.slice(begin, end).filter(cell => kind(cell) === "notes")
      .map(cell => cell.model.sharedModel.getSource()).join("\n\n");
  }

  // Once more, it is the same window.
  const open = () => window.open(here.replace("speaker.js", `speaker.html#${path}`), "notes",
    "popup,width=760,height=900")?.focus();

  function press(event) {
    if (event.key.toLowerCase() !== "n" || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!document.querySelector(".jp-Deck") || event.target.closest("input, textarea, select, .cm-content")) return;
    event.preventDefault();
    event.stopPropagation();
    open();
  }

  channel.onmessage = ({data}) => {
    if (data === "back" || data === "on") turn(app, data === "back");
    if (data === "clock") clock.start();
    tell();
  };
  window.addEventListener("keydown", press, true);
  button.addEventListener("click", open);
  let later;  // Run All goes to the last cell for a moment
  notebook.activeCellChanged.connect(() => {
    clearTimeout(later);
    later = setTimeout(moved, 50);
  });
  setInterval(lengthen, 1000);
  tell();
}

function strip(names) {
  const make = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };
  const bar = make("div", {className: "plan-time"}), steps = names.map(() => make("li", {}));
  const button = make("button", {textContent: "N: notes"});
  const list = make("ol", {ariaLabel: "The four steps"}, ...steps);
  document.body.append(make("div", {className: "plan-strip"}, button, list, bar));
  return {bar, steps, button};
}

async function asHtml(rendermime, text) {
  const renderer = rendermime.createRenderer("text/markdown");
  await renderer.renderModel(rendermime.createModel({data: {"text/markdown": text}}));
  return renderer.node.innerHTML;
}
