/* JupyterLab loads this beside jupyterlab-slideshow: every notebook that is opened is run and shown as slides. */
(() => {
  const here = document.currentScript.src;

  // A slide is laid out for 1280 × 720 pixels; a larger screen enlarges it as a whole.
  const scale = () => document.body.style.setProperty(
    "--slide-zoom", Math.min(window.innerWidth / 1280, window.innerHeight / 720));

  // One that is too high all the same gets smaller letters and pictures, as small as show.css lets them be.
  const LEAST = 17 / 24;
  function fit(panel, slide, size) {
    panel.addClass("fitting");
    do {
      slide.style.setProperty("--fit", size);
      size = size > LEAST && Math.max(LEAST, size - 0.05);
    } while (size && slide.scrollHeight > slide.clientHeight);
    panel.removeClass("fitting");
  }

  // A slide that begins without a heading stands under the last one.
  function head(notebook, slide) {
    const cells = notebook.widgets.map(cell => cell.model.sharedModel);
    const begins = cell => cell.getMetadata("slideshow")?.slide_type === "slide";
    const heading = cell => cell.cell_type === "markdown" && cell.getSource().match(/^#+ (.+)/)?.[1];
    const first = cells.findLastIndex((cell, place) => place <= notebook.activeCellIndex && begins(cell));
    const last = cells.findLast((cell, place) => place <= first && heading(cell));
    if (!last || heading(cells[first])) delete slide.dataset.heading;
    else slide.dataset.heading = heading(last);
  }

  // A slide begins as large as it can be; as long as it is shown it only gets smaller, or a slider would make it jump.
  function layOut(panel) {
    for (const cell of panel.content.widgets)
      if (cell.model.sharedModel.getSource().startsWith("%%result")) cell.addClass("result");  // see show.css
    const slide = panel.node.querySelector(".jp-WindowedPanel-outer");
    const begin = () => {
      head(panel.content, slide);
      fit(panel, slide, 1);
    };
    panel.content.activeCellChanged.connect(begin);
    window.addEventListener("resize", begin);
    new ResizeObserver(() => fit(panel, slide, +slide.style.getPropertyValue("--fit")))
      .observe(slide.querySelector(".jp-WindowedPanel-viewport"));
    begin();
  }

  // The keys

  const withModifier = event => event.ctrlKey || event.altKey || event.metaKey;
  const inCell = event => event.target.closest(".cm-content");

  // The show's own keys, before anything else hears them.
  function press(app, event) {
    const {key, shiftKey, target} = event;
    if (withModifier(event) || target !== document.body && !target.closest(".jp-Deck, .jp-Deck-Remote")) return;
    if (!document.querySelector(".jp-Deck")) return;
    const act = inCell(event) ? key === "Enter" && shiftKey && (() => app.commands.execute("notebook:run-cell"))
      : action(app, key, shiftKey, target);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // JupyterLab listens at the document. Of the other keys it hears what is typed in a cell, and those with Ctrl, Alt or
  // Cmd; the rest would add, change and delete cells.
  function hush(event) {
    if (!withModifier(event) && !inCell(event) && event.target.closest(".jp-Deck")) event.stopPropagation();
  }

  // What a key does outside of the cells that one types in; nothing if it is not the show's, or target has a use for it.
  function action(app, key, shift, target) {
    const field = target.closest("input, select, textarea, [contenteditable=true]");
    const uses = selector => field || target.closest(selector);
    switch (key) {
      case "PageDown": return () => turn(app, false);
      case "PageUp": return () => turn(app, true);
      case "ArrowRight": return !uses("[role=slider]") && (() => turn(app, false));
      case "ArrowLeft": return !uses("[role=slider]") && (() => turn(app, true));
      case " ": return !uses("button") && (() => turn(app, shift));
      case "Enter": return !uses("button, summary, a") && unfold;
      case "Escape": return field ? () => field.blur() : () => app.commands.execute("deck:stop");
    }
  }

  // A slide that an unfolded answer has made longer is scrolled to its end before the next one comes.
  function turn(app, back) {
    const slide = document.querySelector(".jp-Deck .jp-WindowedPanel-outer"), before = slide.scrollTop;
    slide.scrollBy({top: (back ? -0.8 : 0.8) * slide.clientHeight, behavior: "instant"});
    if (Math.abs(slide.scrollTop - before) < 2) app.commands.execute(back ? "deck:back" : "deck:forward");
  }

  // The first answer of the slide that is still folded.
  function unfold() {
    const folded = document.querySelector(".jp-Deck .jp-deck-mod-onscreen details:not([open]) > summary");
    folded?.click();
    folded?.scrollIntoView({block: "nearest"});
  }

  // A word of the prose is marked by a double click, which would open its source.
  function mark(event) {
    if (event.target.closest(".jp-Deck .jp-MarkdownCell")) event.stopPropagation();
  }

  // The cells

  const isShow = panel => panel.context.model.getMetadata("slides");

  // A show begins with a kernel of its own. In one that an earlier page has left, ipywidgets asks for that page's
  // sliders while the cells make new ones, and each waits for the other.
  function renewKernel(app, panel) {
    const session = panel.sessionContext, initialize = session.initialize.bind(session);
    session.initialize = async () => {
      if (isShow(panel)) await app.serviceManager.sessions.stopIfNeeded(panel.context.path);
      return initialize();
    };
  }

  // jupyterlab-slideshow gives the focus to the active cell: when it becomes the active one, and whenever the notebook is
  // changed or saved. What has the focus in this cell gets it back, when all who hear the same signal have acted.
  function keepFocus({content: notebook, context}) {
    const keep = () => {
      const focused = document.activeElement;
      queueMicrotask(() => notebook.activeCell?.node.contains(focused) && focused.focus({preventScroll: true}));
    };
    notebook.activeCellChanged.connect(keep);
    context.model.stateChanged.connect(keep);
  }

  async function show(app, panel) {
    await panel.context.ready;
    if (!isShow(panel)) return;  // a notebook of another kind
    const notebook = panel.content, session = panel.sessionContext, remembered = `slide of ${panel.context.path}`;
    const slide = notebook.widgets.findIndex(cell => cell.model.id === sessionStorage.getItem(remembered));
    notebook.activeCellIndex = Math.max(slide, 0);
    await app.commands.execute("deck:start");
    layOut(panel);
    notebook.activeCellChanged.connect((_, cell) => cell && sessionStorage.setItem(remembered, cell.model.id));
    if (panel.context.model.getMetadata("plan"))
      (await import(here.replace("show.js", "speaker.js"))).begin(app, panel, turn);
    // What was typed is there after a reload. One save waits for the last: to JupyterLab a file that it is just writing
    // has been changed by somebody else, and it asks.
    let timer, saved = Promise.resolve();
    const save = async () => await hasKernel(app, panel) && panel.context.save();
    panel.context.model.contentChanged.connect(() => {
      clearTimeout(timer);
      timer = setTimeout(() => saved = saved.then(save, save), 1000);
    });
    let restarted = false;
    session.statusChanged.connect((_, status) => {
      // A cell at which the kernel dies is not run again and again.
      if (status === "restarting" || status === "autorestarting" && panel.node.dataset.run === "done") restarted = true;
      if (status !== "idle" || !restarted) return;
      restarted = false;
      run(app, panel);
    });
    await session.ready;
    await run(app, panel);
  }

  async function run(app, panel) {
    panel.node.dataset.run = "running";
    const slide = panel.content.activeCellIndex;
    const running = app.commands.execute("notebook:run-all-cells");  // goes to the last cell, which then is selected
    panel.content.activeCellIndex = slide;
    panel.content.deselectAll();
    if (await running) panel.node.dataset.run = "done";
  }

  // Another page with the same slides ends this one's kernel, and from then on it is that page which saves them.
  async function hasKernel(app, panel) {
    await app.serviceManager.sessions.refreshRunning();
    return panel.sessionContext.session !== null;
  }

  // Without its kernel a page begins anew as soon as somebody turns to it.
  async function comeBack(app) {
    const panel = app.shell.currentWidget;
    if (panel?.node.dataset.run && !await hasKernel(app, panel)) location.reload();
  }

  function activate(app) {
    document.head.append(Object.assign(document.createElement("link"),
      {rel: "stylesheet", href: here.replace("show.js", "show.css")}));
    window.addEventListener("resize", scale);
    scale();
    window.addEventListener("keydown", event => press(app, event), true);
    document.body.addEventListener("keydown", hush);
    window.addEventListener("dblclick", mark, true);
    window.addEventListener("focus", () => comeBack(app));
    app.docRegistry.addWidgetExtension("Notebook", {createNew: panel => {
      renewKernel(app, panel);
      keepFocus(panel);  // before the slides of this panel can begin: who connects first hears first
    }});
    const seen = new Set();
    const look = () => {
      const panel = app.shell.currentWidget;
      if (!panel?.sessionContext || seen.has(panel)) return;
      seen.add(panel);
      show(app, panel);
    };
    app.shell.currentChanged.connect(look);
    app.restored.then(look);
  }

  const plugin = {id: "batchnorm-slides:show", autoStart: true, activate};
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB["batchnorm-slides"] = {init: () => {}, get: async () => () => plugin};
})();
